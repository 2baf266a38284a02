"""Certificates as a phone sees them: the same checks that OpenSSL makes at a real handshake."""

from __future__ import annotations

import datetime as dt
import shutil
import ssl
from pathlib import Path

import pytest

from callcenter.certificate_store import CertificateStore, store_of
from callcenter.certificates import Pair, belong, facts, issue, make_authority
from callcenter.errors import HotlineError
from callcenter.settings import Settings

pytestmark = pytest.mark.slow
"""Each key takes a tenth of a second."""
NOW = dt.datetime.now(dt.UTC).replace(microsecond=0)
HOST = "pbx.example.com"


def store(folder: Path, *hosts: str) -> CertificateStore:
    return CertificateStore(folder / "certificates", "test", hosts or (HOST,), folder)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An authority and its certificate for ``HOST``, to be copied: keys take a tenth of a second each."""
    folder = tmp_path_factory.mktemp("made")
    store(folder).ensure(NOW)
    return folder


@pytest.fixture
def ready(made: Path, tmp_path: Path) -> CertificateStore:
    """A store in ``tmp_path`` that has what it needs."""
    return store(Path(shutil.copytree(made, tmp_path, dirs_exist_ok=True)))


def shake(known: CertificateStore, host: str) -> None:
    """A phone that trusts the house's authority calls ``host``. Raises ssl.SSLError for what it does not like."""
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(known.certificate, known.key)
    client = ssl.create_default_context(cafile=str(known.authority))
    ways = [ssl.MemoryBIO() for _ in range(2)]
    ends = [
        client.wrap_bio(ways[0], ways[1], server_hostname=host),
        server.wrap_bio(ways[1], ways[0], server_side=True),
    ]
    for _ in range(4):
        for end in ends:
            try:
                end.do_handshake()
            except ssl.SSLWantReadError:
                continue


@pytest.mark.req("GW-4")
def test_a_phone_that_trusts_the_authority_trusts_the_machine_by_name_and_address(tmp_path: Path) -> None:
    known = store(tmp_path, HOST, "192.0.2.7", "2001:db8::7")
    known.ensure(NOW)
    for host in (HOST, "192.0.2.7", "2001:db8::7"):
        shake(known, host)
    with pytest.raises(ssl.SSLCertVerificationError, match="mismatch"):
        shake(known, "other.example.com")


def test_an_ended_certificate_is_not_trusted_and_the_renewed_one_is_by_the_same_authority(
    tmp_path: Path,
) -> None:
    known = store(tmp_path)
    known.ensure(NOW - dt.timedelta(days=398))
    assert known.authority is not None
    authority = known.authority.read_bytes()
    assert known.facts().days_left(NOW) < 0
    with pytest.raises(ssl.SSLCertVerificationError, match="expired"):
        shake(known, HOST)
    known.renew(NOW)
    assert known.authority.read_bytes() == authority
    shake(known, HOST)


def test_ensure_changes_nothing_that_is_there(ready: CertificateStore) -> None:
    before = ready.certificate.read_bytes()
    ready.ensure(NOW + dt.timedelta(days=1))
    assert ready.certificate.read_bytes() == before


def test_a_key_whose_certificate_was_not_written_any_more_is_made_good(ready: CertificateStore) -> None:
    """As when ``renew`` is killed between its two files; the same once the certificate is half there."""
    known = ready
    assert known.authority is not None
    authority = known.authority.read_bytes()
    former = known.certificate.read_bytes()
    known.renew(NOW)
    for left in (former, former[:300], b""):
        known.certificate.write_bytes(left)
        known.ensure(NOW)
        shake(known, HOST)
    known.key.write_bytes(b"")
    known.ensure(NOW)
    shake(known, HOST)
    assert known.authority.read_bytes() == authority


def test_no_other_authority_is_made_while_phones_trust_the_one_whose_key_is_gone(
    ready: CertificateStore,
) -> None:
    known = ready
    assert known.authority is not None
    trusted, shown = known.authority.read_bytes(), known.certificate.read_bytes()
    (known.folder / "ca.key").unlink()
    known.ensure(NOW)
    with pytest.raises(HotlineError, match=r"ca\.key is gone.* from a backup, or remove .*ca\.crt") as error:
        known.renew(NOW)
    assert len(str(error.value).splitlines()) == 1
    assert (known.authority.read_bytes(), known.certificate.read_bytes()) == (trusted, shown)
    known.authority.unlink()
    known.renew(NOW)
    assert known.authority.read_bytes() != trusted
    shake(known, HOST)


def test_an_authority_whose_writer_was_killed_after_its_key_is_made_anew(tmp_path: Path) -> None:
    known = store(tmp_path)
    known.folder.mkdir()
    (known.folder / "ca.key").write_bytes(make_authority("half", NOW).key)
    known.ensure(NOW)
    shake(known, HOST)


@pytest.mark.parametrize(("days", "due"), [(0, False), (366, False), (368, True), (500, True)])
def test_it_is_due_a_month_before_its_end(ready: CertificateStore, days: int, due: bool) -> None:
    assert ready.is_due(NOW + dt.timedelta(days=days)) is due


def test_it_is_due_when_the_machine_has_another_name(ready: CertificateStore) -> None:
    assert store(ready.reader, HOST, "192.0.2.7").is_due(NOW)


def test_nobody_but_its_readers_reads_a_key(tmp_path: Path) -> None:
    known = store(tmp_path)
    known.ensure(NOW)
    assert known.key.stat().st_mode & 0o777 == 0o640
    assert (known.folder / "ca.key").stat().st_mode & 0o777 == 0o600


def test_the_operators_own_pair_is_used_and_never_written(tmp_path: Path) -> None:
    pair = issue(make_authority("bank", NOW), [HOST], NOW)
    files = {"tls_certificate": tmp_path / "own.crt", "tls_key": tmp_path / "own.key"}
    for file, text in zip(files.values(), pair, strict=True):
        file.write_bytes(text)
    known = store_of(Settings(home=tmp_path, **files))
    known.ensure(NOW)
    assert (known.certificate, known.key) == tuple(files.values())
    assert known.authority is None
    with pytest.raises(HotlineError, match="your own certificate"):
        known.renew(NOW)
    files["tls_key"].write_bytes(make_authority("other", NOW).key)
    with pytest.raises(HotlineError, match="is not the key of"):
        known.ensure(NOW)
    files["tls_key"].unlink()
    with pytest.raises(HotlineError, match="HOTLINE_TLS_CERTIFICATE"):
        known.ensure(NOW)


def test_one_of_the_two_files_alone_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(HotlineError, match="go together"):
        store_of(Settings(home=tmp_path, tls_key=tmp_path / "own.key"))


def test_it_is_for_the_name_phones_know_and_the_address_we_listen_on(tmp_path: Path) -> None:
    known = store_of(Settings(home=tmp_path, phones_host=HOST, sip_host="192.0.2.7"))
    assert known.hosts == [HOST, "192.0.2.7"]
    assert store_of(Settings(home=tmp_path, phones_host=HOST, sip_host="0.0.0.0")).hosts == [HOST]


@pytest.mark.parametrize("text", [b"", b"-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n"])
def test_what_is_no_certificate_is_told(text: bytes) -> None:
    with pytest.raises(HotlineError, match="no certificate"):
        facts(text)


def test_a_key_that_is_none_is_told() -> None:
    pair = make_authority("x", NOW)
    assert belong(pair)
    with pytest.raises(HotlineError, match="no key"):
        belong(Pair(pair.certificate, b"secret"))
