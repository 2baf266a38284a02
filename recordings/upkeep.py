"""Work on finished recordings, besides calls: conversion as it comes, deletion of what is old every hour."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from callcenter.errors import HotlineError
from callcenter.ports import Clock
from callcenter.site import Site
from recordings.conversion import Converter
from recordings.retention import expire
from schema.refusal import first_line

log = structlog.get_logger()
LOOK_SECONDS = 2.0
HOUR = 3600.0


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

    async def run(self) -> None:
        """Until cancelled."""
        due = 0.0
        while True:
            now = asyncio.get_running_loop().time()
            try:
                if now >= due:
                    await asyncio.to_thread(self._tidy)
                    due = now + HOUR
                while await asyncio.to_thread(self._converter.convert_next):
                    pass
            except (SQLAlchemyError, OSError, HotlineError) as error:
                log.warning("recording.upkeep_put_off", reason=first_line(error))
            await asyncio.sleep(LOOK_SECONDS)

    def _tidy(self) -> None:
        self._converter.sweep()
        gone = expire(self._session, self._folder, self._site(), self._clock)
        if gone:
            log.info("recording.expired", recordings=gone)
