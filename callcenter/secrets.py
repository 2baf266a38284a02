"""Secrets of seats, trunks, the manager account and FastAGI: generated, in one file only its owner reads.

They are never in the site file, the database, a log or an answer of the API. Names are paths such as
``seat/desk1``, ``trunk/analog``, ``ami/hotline``, ``agi/token``.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from callcenter.errors import HotlineError

PIN_LENGTH = 8
PIN_KINDS = ("agent/", "closing/", "mailbox/", "room/", "room-host/")
CLOSING_PIN = "closing/pin"
"""Typed at a phone to begin or end an emergency closing."""
_ALPHABET = "abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""No look-alikes: some are typed into a phone by hand."""


class Secrets:
    """The secrets file. A name that is asked for and not there is generated and kept."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen: tuple[int, int] = (0, 0)
        self._known: dict[str, str] = {}

    def __call__(self, name: str) -> str:
        """The secret of ``name``."""
        known = self._read().get(name)
        return known if known is not None else self.make([name])[name]

    def known(self, name: str) -> str | None:
        """The secret if there is one; none is generated."""
        return self._read().get(name)

    def names(self) -> list[str]:
        """Every secret's name, in order."""
        return sorted(self._read())

    def make(self, names: Iterable[str]) -> dict[str, str]:
        """All of ``names``, the missing ones generated in one write."""
        with self._locked():
            known = self._read()
            missing = [name for name in names if name not in known]
            if missing:
                known = known | {name: _generate_for(name) for name in missing}
                self._replace(known)
        return known

    def set(self, name: str, secret: str) -> None:
        """Keep a secret that another party chose (a provider's). Raises HotlineError for a useless one."""
        if not secret.isprintable() or not secret.isascii() or not secret or ";" in secret:
            raise HotlineError("a secret is one line of printable ASCII without ';'")
        owner = name.partition("/")[2]
        pin = name.startswith(PIN_KINDS)
        if pin and (not re.fullmatch(r"[0-9]{6,20}", secret) or secret in (owner, owner[::-1])):
            raise HotlineError("a PIN has 6 to 20 digits and is not the number it belongs to")
        with self._locked():
            self._replace({**self._read(), name: secret})

    def _read(self) -> dict[str, str]:
        try:
            state = self._path.stat()
            if (state.st_ino, state.st_mtime_ns) != self._seen:  # ten thousand seats ask one by one
                self._known = dict(json.loads(self._path.read_text("utf-8") or "{}"))
                self._seen = (state.st_ino, state.st_mtime_ns)
        except FileNotFoundError:
            return {}
        except (ValueError, TypeError):
            raise HotlineError(f"{self._path} is damaged: put it back from a backup") from None
        return self._known

    @contextmanager
    def _locked(self) -> Iterator[None]:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.with_suffix(".lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _replace(self, known: dict[str, str]) -> None:
        fresh = self._path.with_suffix(".new")
        fd = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(fd, "w", encoding="utf-8") as file:
            json.dump(dict(sorted(known.items())), file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self._path)


def _generate_for(name: str) -> str:
    """What is typed on a telephone is a PIN; all others are passwords."""
    if name.startswith(PIN_KINDS):
        return "".join(secrets.choice("0123456789") for _ in range(PIN_LENGTH))
    return generate()


def generate(length: int = 24) -> str:
    """A random secret of ``length`` letters and digits (5.8 bits each)."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))
