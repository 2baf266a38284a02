"""A clock that can be set: Asterisk, Hotline's processes and its commands read it, telephones and the test do not.

libfaketime stands between them and the kernel's clock of the day; what it adds is in a file. Monotonic time goes
on as it does when a machine's clock is set.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

from typing_extensions import override

from callcenter.settings import Settings
from cli import Hotline
from lab.postgres import PrivatePostgres
from tests.chaos.conftest import ChaosHouse


def library() -> Path:
    """libfaketime, for programs of several threads."""
    found = next(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"), None)
    assert found, "libfaketime is not installed; run scripts/setup"
    return found


class Clock:
    """Shows the real time until it is ``set``."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._ahead = dt.timedelta()
        self._write()

    @property
    def environment(self) -> Mapping[str, str]:
        """What makes a process go by this clock."""
        return {
            "LD_PRELOAD": str(library()),
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }

    def now(self) -> dt.datetime:
        """What it shows."""
        return dt.datetime.now(dt.UTC) + self._ahead

    def turn(self, by: dt.timedelta) -> None:
        """Turn it on, or back, for everybody at once."""
        self._ahead += by
        self._write()

    def set(self, to: dt.datetime) -> None:
        """Let it show this."""
        self.turn(to - self.now())

    def _write(self) -> None:
        new = self._file.with_suffix(".new")
        new.write_text(f"{self._ahead.total_seconds():+.3f}\n")
        new.rename(self._file)


@contextmanager
def in_environment(more: Mapping[str, str]) -> Iterator[None]:
    """Processes that are begun meanwhile have these variables as well."""
    with patch.dict(os.environ, more):
        yield


class ClockHouse(ChaosHouse):
    """Everything of it goes by ``time``."""

    def __init__(self, home: Path) -> None:
        self.time = Clock(home / "clock")
        with in_environment(self.time.environment):
            super().__init__(home)
        by_this_clock = [f"{name}={value}" for name, value in self.time.environment.items()]
        program = self.asterisk.program
        self.asterisk.program = replace(program, argv=("env", *by_this_clock, *program.argv))

    @override
    def use_database(self, url: str | None, server: PrivatePostgres | None = None) -> None:
        super().use_database(url, server)
        self.app = _ByClock(self.app.settings, self.time)

    @override
    def _environment(self) -> dict[str, str]:
        return super()._environment() | dict(self.time.environment)


class _ByClock(Hotline):
    """The test's own part of the program."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        super().__init__(settings)
        self._shown = clock

    @override
    def clock(self) -> dt.datetime:
        return self._shown.now()
