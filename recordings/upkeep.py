"""Work on finished recordings, besides calls: conversion as it comes, deletion of what is old every hour.

Each hour what has become old or was released since the last is looked for. All that is kept is looked at once a day,
at a start, and when the rules are others: a recording that is mended bears its call's time, clocks are set, and a
release is written down a moment after it was timed.
"""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Callable
from pathlib import Path

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from callcenter.errors import HotlineError
from callcenter.ports import Clock
from callcenter.site import Site
from callcenter.site.recording import Recording
from recordings.conversion import Converter
from recordings.retention import expire
from schema.refusal import first_line

log = structlog.get_logger()
LOOK_SECONDS = 2.0
HOUR = 3600.0
DAY = dt.timedelta(days=1)


class Upkeep:
    """One at a time, in a thread. ``site`` blocks."""

    def __init__(
        self,
        folder: Path,
        session: Callable[[], Session],
        reading: Callable[[], Session],
        site: Callable[[], Site],
        clock: Clock,
    ) -> None:
        self._folder = folder
        self._session = session
        self._site = site
        self._clock = clock
        self._converter = Converter(folder, session, reading)
        self._rules: Recording | None = None
        """By which everything was looked at, at ``_all_at``; what was due up to ``_up_to`` is gone."""
        self._all_at = self._up_to = dt.datetime.min.replace(tzinfo=dt.UTC)

    async def run(self) -> None:
        """Until cancelled."""
        due = 0.0
        while True:
            now = asyncio.get_running_loop().time()
            try:
                if now >= due:
                    await asyncio.to_thread(self.tidy)
                    due = now + HOUR
                while await asyncio.to_thread(self._converter.convert_next):
                    pass
            except (SQLAlchemyError, OSError, HotlineError) as error:
                log.warning("recording.upkeep_put_off", reason=first_line(error))
            await asyncio.sleep(LOOK_SECONDS)

    def tidy(self) -> None:
        """Remove left-over files, and delete what is old. Raises what the database and the disk raise."""
        self._converter.sweep()
        gone = self._expire(self._site(), self._clock())
        if gone:
            log.info("recording.expired", recordings=gone)

    def _expire(self, site: Site, now: dt.datetime) -> int:
        goes_on = site.recording == self._rules and now - self._all_at < DAY
        since = self._up_to if goes_on else None
        gone = expire(self._session, self._folder, site, self._clock, since)
        if not goes_on:
            self._rules, self._all_at = site.recording, now
        self._up_to = now
        return gone
