"""What goes wrong in a case, by name, and what mends it. Whatever is still broken at the end is mended."""

from __future__ import annotations

import os
import signal
import sqlite3
from contextlib import ExitStack
from functools import partial

from sqlalchemy.engine import make_url

from tests.e2e import fastagi_away
from tests.e2e.house import AGI, House, now
from tests.e2e.until import until

NOTICED_SECONDS = 20.0


class Faults:
    """The faults of one case; ``moment`` is when the last one began, in seconds since 1970."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._broken = ExitStack()
        self.moment = 0.0
        self.killed_at = 0.0
        self._log_size = 0

    def __enter__(self) -> Faults:
        return self

    def __exit__(self, *_: object) -> None:
        self._broken.close()

    def bring(self, what: str) -> None:
        """``fastagi killed``, ``everything mended`` and so on: the words name a method."""
        self.moment = now()
        getattr(self, what.replace(" ", "_"))()

    def everything_mended(self) -> None:
        self._broken.close()

    def fastagi_killed(self) -> None:
        self._house.agi.kill()
        self._broken.callback(self._house.start_agi)

    def fastagi_frozen(self) -> None:
        """Its watch ends it: it has to be started again."""
        self._house.agi.freeze()
        self._broken.callback(self._fastagi_back)

    def fastagi_and_watch_frozen(self) -> None:
        """The kernel ends it, its watch is left as it is until all is mended."""
        self._house.agi.freeze_with_its_watch()
        self._broken.callback(self._fastagi_back)

    def fastagi_silent(self) -> None:
        """Whoever connects to it is let in and hears nothing, for as long as they stay."""
        self.fastagi_killed()
        self._broken.enter_context(fastagi_away.silent(AGI))

    def fastagi_unreachable(self) -> None:
        self.fastagi_killed()
        self._broken.enter_context(fastagi_away.unreachable(AGI))

    def listener_killed(self) -> None:
        self._house.ami.kill()
        self._broken.callback(self._house.start_ami)

    def listener_frozen(self) -> None:
        self._house.ami.freeze()
        self._broken.callback(self._house.ami.thaw)

    def asterisk_killed(self) -> None:
        self.killed_at = now()
        pid = self._house.asterisk.pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        until(lambda: not self._house.asterisk.is_running, NOTICED_SECONDS, "Asterisk is gone")
        self._broken.callback(self._asterisk_back)

    def database_locked(self) -> None:
        """Another program holds SQLite's write lock."""
        self._log_size = self._house.ami.log.stat().st_size
        line = sqlite3.connect(str(make_url(self._house.app.settings.url).database), isolation_level=None)
        line.execute("BEGIN EXCLUSIVE")
        self._broken.callback(line.close)

    def postgres_stopped(self) -> None:
        """The house must run on it."""
        assert self._house.postgres is not None
        self._log_size = self._house.ami.log.stat().st_size
        self._house.postgres.stop()
        self._broken.callback(self._house.postgres.start)

    def listener_notices(self) -> None:
        """Wait until the listener has said that the database is away."""
        look = partial(self._house.ami.logged, "database.away", self._log_size)
        until(look, NOTICED_SECONDS, "the listener says that the database is away")

    def _fastagi_back(self) -> None:
        until(lambda: not self._house.agi.is_running, NOTICED_SECONDS, "FastAGI is ended")
        self._house.agi.thaw_what_is_left()
        self._house.start_agi()

    def _asterisk_back(self) -> None:
        self._house.asterisk.start()
        until(self._house.is_followed, NOTICED_SECONDS, "the listener is connected again")
