"""What the domain asks of the outside, as protocols; ``cli.py`` passes the real ones in, tests pass fakes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol


class Clock(Protocol):
    """The time, in UTC and aware."""

    def __call__(self) -> dt.datetime: ...


class SpeechEngine(Protocol):
    """Text to a mono 8 kHz 16-bit wav."""

    name: str

    def speak(self, text: str, language: str, out: Path) -> None:
        """Write the spoken text to ``out``. Raises HotlineError when the engine is missing or fails."""
        ...


class PhoneSystem(Protocol):
    """Wishes to a running Asterisk over its manager interface. Events tell what became of them."""

    async def action(self, name: str, fields: Mapping[str, str | Sequence[str]]) -> Mapping[str, str]:
        """Send one action, give its response headers. Raises Unreachable; refuses CR, LF and NUL."""
        ...


class Facts(Protocol):
    """Where a call's facts go. Never blocks, never raises for the caller's sake."""

    def put(self, kind: str, call_id: str, data: Mapping[str, object]) -> None: ...


class BootedAsterisk(Protocol):
    """A throw-away Asterisk that has taken a configuration and serves nobody."""

    def rx(self, command: str) -> str:
        """What one console command prints."""
        ...

    def log_lines(self) -> list[str]:
        """Notices, warnings and errors since the boot began, as ``LEVEL file.c: text``."""
        ...


class AsteriskBoot(Protocol):
    """Boots a staged configuration folder apart from everything that runs, on the same ports."""

    def boot(self, etc: Path) -> AbstractContextManager[BootedAsterisk]:
        """A copy of ``etc``, booted; gone when the block ends. Raises HotlineError when it does not boot."""
        ...
