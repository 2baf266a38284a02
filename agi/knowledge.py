"""Asks the database what is known of a caller, in threads, so that no other call waits for it.

An answer that takes too long is not waited for. While as many are late as there are threads, and for some seconds
after a failure, the database is left alone: a dead one costs a few calls a moment and the others nothing, one
answer that was late on a busy machine costs no other call what is known of its caller.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import time
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import structlog

from callcenter.flow.dialogue import Served, WhoServed
from callcenter.routing import known_store
from callcenter.routing.known import NOTHING, Known
from schema.reading import Reader
from schema.refusal import first_line

log = structlog.get_logger()
T = TypeVar("T")

LIMIT_SECONDS = 0.5
REST_SECONDS = 2.0
THREADS = 4
AWAY = "the database did not answer: nothing is known of the caller"


class NoKnowledge:
    """Knows of nobody: a worker without a database (``callcenter.ports.Knowledge``)."""

    async def of(self, caller: str, country: str, at: dt.datetime) -> Known:
        """Nothing."""
        return NOTHING

    async def closings(self, at: dt.datetime) -> Known:
        """None."""
        return NOTHING

    async def last_served(
        self, caller: str, country: str, asked: WhoServed, also: Collection[str], at: dt.datetime
    ) -> Served:
        """Nobody."""
        return Served()


class Knowledge:
    """One worker's (``callcenter.ports.Knowledge``). ``reader`` gives that of the thread that calls it."""

    def __init__(self, reader: Callable[[], Reader], limit_seconds: float = LIMIT_SECONDS) -> None:
        self._reader, self._limit = reader, limit_seconds
        self._threads = ThreadPoolExecutor(THREADS, "knowledge")
        self._rests_until = 0.0
        self._late = 0

    async def of(self, caller: str, country: str, at: dt.datetime) -> Known:
        """The list's entry that counts, and the emergency closings in force."""
        found = await self._ask(lambda reader: known_store.known(reader, caller, at, country))
        return found or Known(trouble=AWAY)

    async def closings(self, at: dt.datetime) -> Known:
        """The emergency closings alone."""
        found = await self._ask(lambda reader: Known(closings=known_store.closings(reader, at)))
        return found or Known(trouble=AWAY)

    async def last_served(
        self, caller: str, country: str, asked: WhoServed, also: Collection[str], at: dt.datetime
    ) -> Served:
        """Who served the caller last in a queue, or in one of ``also``: agents' own queues."""
        since, queues = at - dt.timedelta(hours=asked.within_hours), {asked.queue, *also}

        def ask(reader: Reader) -> Served:
            return known_store.last_served(reader, caller, queues, since, at, country)

        return await self._ask(ask) or Served(trouble=AWAY)

    def close(self) -> None:
        """Ask nothing more. A thread that still waits for the database is not waited for."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _ask(self, query: Callable[[Reader], T]) -> T | None:
        """The answer; None when there is none in time."""
        if self._late >= THREADS or time.monotonic() < self._rests_until:
            return None
        work = asyncio.get_running_loop().run_in_executor(self._threads, self._run, query)
        done, _ = await asyncio.wait([work], timeout=self._limit)
        if not done:
            self._late += 1
            work.add_done_callback(self._came_late)
            log.warning("knowledge.away", error="late", late=self._late)
            return None
        try:
            return work.result()
        except Exception as error:  # the edge: whatever the database does, the call goes on
            self._rests_until = time.monotonic() + REST_SECONDS
            log.warning("knowledge.away", error=first_line(error) or type(error).__name__)
            return None

    def _came_late(self, work: asyncio.Future[T]) -> None:
        self._late -= 1
        error = None if work.cancelled() else work.exception()
        if isinstance(error, Exception):
            log.warning("knowledge.away", error=first_line(error) or type(error).__name__)

    def _run(self, query: Callable[[Reader], T]) -> T:
        return query(self._reader())
