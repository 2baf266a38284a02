"""The worker's sign of life in the database, by which ``hotline doctor`` and ``hotline restore`` know of it."""

from __future__ import annotations

import asyncio
import datetime as dt
import time

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from callcenter.ports import Clock
from schema.processes import SignOfLife
from schema.refusal import first_line
from schema.upsert import put

log = structlog.get_logger()
EVERY_SECONDS = 5.0
AWAY_SECONDS = 15.0
"""A database that takes no writes so long keeps the worker from its work."""


def worker_of(system: str) -> str:
    """How the worker beside the Asterisk of that name is called."""
    return f"worker@{system}"


class Life:
    """``run`` says that ``process`` is at work, until cancelled."""

    def __init__(self, sessions: sessionmaker[Session], process: str, clock: Clock) -> None:
        self._sessions = sessions
        self._process = process
        self._clock = clock
        self._written = time.monotonic()

    async def run(self) -> None:
        """Say it, and say it again."""
        away = False
        while True:
            try:
                await asyncio.to_thread(self.say)
                away = False
            except SQLAlchemyError as error:
                if not away:
                    log.warning("database.away", reason=first_line(error))
                away = True
            await asyncio.sleep(EVERY_SECONDS)

    def say(self) -> None:
        """Once. Raises what the database raises."""
        with self._sessions.begin() as session:
            put(session, SignOfLife, [{"process": self._process, "seen_at": self._clock()}], ["process"])
        self._written = time.monotonic()

    def troubles(self) -> dict[str, str]:
        """What keeps the process from its work."""
        away = time.monotonic() - self._written
        return {"database": f"it has taken no writes for {away:.0f} s"} if away > AWAY_SECONDS else {}


def seen_at(session: Session, process: str) -> dt.datetime | None:
    """When it was last at work; None: never."""
    row = session.get(SignOfLife, process)
    return row.seen_at if row else None
