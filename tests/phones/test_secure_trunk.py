"""A carrier reached by TLS with speech by SRTP: another stack (baresip) with a certificate of its own authority."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from callcenter.certificates import Pair, issue, make_authority
from callcenter.site import Site
from callcenter.site.edge import ByAddress, Trunk
from lab.baresip import Baresip, Line
from lab.home import temporary_home
from lab.scenario import Login
from lab.sipp_run import Address
from tests.e2e.until import until
from tests.phones.house import FIRST, PORTS, House, running, site
from tests.phones.test_baresip import encrypted, hears

pytestmark = [pytest.mark.asterisk, pytest.mark.slow, pytest.mark.req("GW-3", "GW-4")]
TRUNK = "sips1"
HERE = "127.0.0.81"
CARRIER = Address("127.0.0.1", FIRST + 1400)
OWN_PORTS = {name: port + (1000 if name.startswith("rtp") else 15) for name, port in PORTS.items()}
"""The house of the other tests may be up beside this one."""
DIALLED, OURS, TONE_HZ = "95588", "4008001000", 700


def with_trunk() -> Site:
    """The carrier's TLS port is baresip's next after its own."""
    trunk = Trunk(
        name=TRUNK,
        title="A carrier by TLS",
        connection=ByAddress(by="address", hosts=[CARRIER.ip], port=CARRIER.port + 1),
        transport="tls",
        encryption="sdes",
        check_seconds=2,
    )
    known = site()
    return known.model_copy(update={"trunks": [*known.trunks, trunk]})


def authority(name: str) -> Pair:
    return make_authority(name, dt.datetime.now(dt.UTC))


@pytest.fixture(scope="module")
def trusted() -> Pair:
    """The carrier's authority, which Hotline is told of."""
    return authority("carrier")


@pytest.fixture(scope="module")
def house(trusted: Pair) -> Iterator[House]:
    with temporary_home() as home:
        known = home / "carrier.pem"
        known.write_bytes(trusted.certificate)
        known.chmod(0o644)
        with running(home, with_trunk(), sip_host=HERE, tls_authorities=known, **OWN_PORTS) as up:
            yield up


@contextmanager
def carrier(by: Pair, folder: Path) -> Iterator[Baresip]:
    """One that shows a certificate by this authority, and calls us and is called without signing in."""
    folder.mkdir()
    shown = folder / "carrier.pem"
    pair = issue(by, [CARRIER.ip], dt.datetime.now(dt.UTC))
    shown.write_bytes(pair.key + pair.certificate)
    ours = Address(HERE, OWN_PORTS["sip_tls_port"])
    line = Line(Login(DIALLED, "unused"), ours, "tls", "srtp-mand", signs_in=False)
    with Baresip(line, folder, CARRIER, tone_hz=TONE_HZ, certificate=shown) as phone:
        yield phone


def reachable(house: House) -> bool:
    return "Avail" in house.asterisk.rx(f"pjsip show aor {TRUNK}")


def test_a_call_out_goes_to_a_carrier_that_shows_its_certificate_and_is_encrypted(
    house: House, trusted: Pair, tmp_path: Path
) -> None:
    with carrier(trusted, tmp_path / "carrier") as line:
        until(lambda: reachable(house), 20, "OPTIONS is answered over TLS")
        house.asterisk.rx(f"channel originate PJSIP/{DIALLED}@{TRUNK} application Echo")
        line.answer()
        until(lambda: hears(line, TONE_HZ), 20, "the carrier hears itself")
        assert encrypted(house) == {TRUNK: ("1", "1")}
        line.hang_up()
        until(lambda: not house.asterisk.channels(), 20, "no call is left")


def test_a_call_comes_in_from_a_carrier_by_tls_and_is_encrypted(
    house: House, trusted: Pair, tmp_path: Path
) -> None:
    with carrier(trusted, tmp_path / "carrier") as line:
        line.dial(OURS)
        line.wait("CALL_ESTABLISHED")
        assert encrypted(house) == {TRUNK: ("1", "1")}
        line.hang_up()
        until(lambda: not house.asterisk.channels(), 20, "no call is left")


def test_a_carrier_with_a_certificate_by_somebody_else_gets_no_call(house: House, tmp_path: Path) -> None:
    with carrier(authority("stranger"), tmp_path / "carrier") as line:
        house.asterisk.rx(f"channel originate PJSIP/{DIALLED}@{TRUNK} application Echo")
        until(lambda: not house.asterisk.channels(), 30, "the call has ended")
        until(lambda: not reachable(house), 20, "the trunk is down")
        assert "CALL_INCOMING" not in [event.get("type") for event in line.events]
