"""Where certificates are kept: ``certificates/`` in the home folder, or the operator's own two files."""

from __future__ import annotations

import datetime as dt
import fcntl
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from callcenter.certificates import RENEW_DAYS, Facts, Pair, belong, facts, issue, make_authority
from callcenter.errors import HotlineError
from callcenter.settings import Settings

AUTHORITY = "ca"
SERVER = "server"
FOLDER_MODE = 0o755
"""Asterisk passes through, whatever umask this process has."""


@dataclass(frozen=True)
class CertificateStore:
    """The certificate that this machine shows to phones. ``reader`` is a folder of who reads its key: Asterisk."""

    folder: Path
    name: str
    hosts: Sequence[str]
    reader: Path
    own: tuple[Path, Path] | None = None

    @property
    def certificate(self) -> Path:
        """The certificate with its chain."""
        return self.own[0] if self.own else self.folder / f"{SERVER}.crt"

    @property
    def key(self) -> Path:
        """Its key."""
        return self.own[1] if self.own else self.folder / f"{SERVER}.key"

    @property
    def authority(self) -> Path | None:
        """Whom phones have to trust; None for the operator's own certificate."""
        return None if self.own else self.folder / f"{AUTHORITY}.crt"

    def ensure(self, now: dt.datetime) -> None:
        """Make what is missing, also the half of a pair whose writer was killed.

        Raises HotlineError when the operator's own files are no pair, or the authority's key is gone.
        """
        if self.own:
            self._read_own()
        elif not self._is_whole():
            with self._locked():
                if not self._is_whole():
                    self._issue(now)

    def renew(self, now: dt.datetime) -> None:
        """Issue a new certificate by the same authority. Raises HotlineError for the operator's own."""
        if self.own:
            raise HotlineError(f"{self.own[0]} is your own certificate: put the renewed one into that file")
        with self._locked():
            self._issue(now)

    def is_due(self, now: dt.datetime) -> bool:
        """Whether it ends soon, or is for other names than the settings have."""
        known = self.facts()
        return known.days_left(now) < RENEW_DAYS or not set(self.hosts) <= set(known.hosts)

    def facts(self) -> Facts:
        """What the certificate says. Raises HotlineError when there is none."""
        if not self.certificate.exists():
            raise HotlineError(f"there is no {self.certificate}: run hotline certificates make")
        return facts(self.certificate.read_bytes())

    def belongs(self) -> bool:
        """Whether the key is the certificate's. Raises HotlineError or OSError."""
        return belong(Pair(self.certificate.read_bytes(), self.key.read_bytes()))

    def _read_own(self) -> None:
        try:
            if not self.belongs():
                raise HotlineError(f"{self.key} is not the key of {self.certificate}")
        except OSError as error:
            raise HotlineError(f"{error.filename}: {error.strerror}; see HOTLINE_TLS_CERTIFICATE") from None

    def _is_whole(self) -> bool:
        try:
            return self.belongs()
        except (FileNotFoundError, ValueError, HotlineError):
            return False

    def _issue(self, now: dt.datetime) -> None:
        self._write(SERVER, issue(self._our_authority(now), self.hosts, now), for_reader=True)

    def _our_authority(self, now: dt.datetime) -> Pair:
        """Made once. Phones that trust it would not trust another one."""
        certificate, key = (self.folder / f"{AUTHORITY}.{kind}" for kind in ("crt", "key"))
        if not certificate.exists():
            self._write(AUTHORITY, make_authority(self.name, now))
        elif not key.exists():
            raise HotlineError(
                f"{key} is gone, and phones trust {certificate.name}: put it back from a backup, or remove "
                f"{certificate} for a new authority, which every phone has to be given"
            )
        return Pair(certificate.read_bytes(), key.read_bytes())

    def _write(self, name: str, pair: Pair, *, for_reader: bool = False) -> None:
        """The key first: a certificate without its key is worse than an old pair."""
        self._replace(self.folder / f"{name}.key", pair.key, 0o640 if for_reader else 0o600, for_reader)
        self._replace(self.folder / f"{name}.crt", pair.certificate, 0o644, for_reader)

    def _replace(self, file: Path, text: bytes, mode: int, for_reader: bool) -> None:
        fresh = file.with_name(f"{file.name}.new")
        fresh.unlink(missing_ok=True)
        fd = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        with os.fdopen(fd, "wb") as out:
            out.write(text)
            out.flush()
            os.fsync(out.fileno())
        fresh.chmod(mode)
        if for_reader and self.reader.exists():
            _let_read(fresh, self.reader.stat())
        fresh.replace(file)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        if not self.folder.is_dir():
            self.folder.mkdir(parents=True)
            self.folder.chmod(FOLDER_MODE)
        with (self.folder / "lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def _let_read(file: Path, reader: os.stat_result) -> None:
    """Root gives it away; others give it to the reader's group, where it is one of theirs."""
    if os.geteuid() == 0:
        os.chown(file, reader.st_uid, reader.st_gid)
    elif reader.st_gid in os.getgroups():
        os.chown(file, -1, reader.st_gid)


def store_of(settings: Settings) -> CertificateStore:
    """The certificates of an installation. Raises HotlineError when only one of the own two files is given."""
    given = (settings.tls_certificate, settings.tls_key)
    if any(given) != all(given):
        raise HotlineError("HOTLINE_TLS_CERTIFICATE and HOTLINE_TLS_KEY go together: give both, or none")
    own = (given[0].absolute(), given[1].absolute()) if given[0] and given[1] else None
    hosts = [settings.phones_host] if settings.phones_host else []
    hosts += [host for host in (settings.sip_host,) if host not in hosts and host not in ("0.0.0.0", "::")]  # noqa: S104
    return CertificateStore(
        settings.folder / "certificates",
        settings.system_name,
        hosts or ["127.0.0.1"],
        settings.etc,
        own,
    )
