"""``hotline ami``: one process that follows one Asterisk."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import structlog
from sqlalchemy.exc import SQLAlchemyError

from ami.agent_watch import AgentWatch
from ami.bookkeeper import Bookkeeper
from ami.connection import AmiConnection
from ami.known_site import KnownSite
from ami.listener import Listener
from ami.protocol import Message
from ami.queue_state import QueueState
from ami.resync import QUIET, Resync
from callcenter.agents.seating import Membership
from callcenter.errors import HotlineError
from callcenter.ports import Chore, Clock
from schema.refusal import first_line

log = structlog.get_logger()
LOOK_ROUND_SECONDS = 30.0
"""How often snapshot and book are compared while all is well: a missed event has no longer life than this."""
BOOT_SECONDS = 5.0
"""Asterisk says FullyBooted at a log-in, or when it comes to it; one that hasn't by now is asked as it is."""
RETRY_SECONDS = 1.0
REPAIR_SECONDS = 10.0
"""How often recordings are looked for that could not be finished: the disk was full, the database away."""
UNREADABLE = (HotlineError, SQLAlchemyError, ValueError)
"""Asterisk or the database is away, or the site in it is none."""


@dataclass
class Watch:
    """Keeps the listener and the manager connection in step: a resync after each loss, and now and then.

    ``site``, ``members`` and ``repair`` block. ``repair`` finishes recordings that were left over. The site
    is read again whenever Asterisk was reloaded or came up; while it can't be read, the one known stays.
    """

    connection: AmiConnection
    listener: Listener
    keeper: Bookkeeper
    site: Callable[[], KnownSite]
    members: Callable[[], Iterable[Membership]]
    repair: Callable[[], int]
    clock: Clock
    lost_at: dt.datetime | None
    reason: str = "the listener was not running"
    agents: AgentWatch | None = None
    chores: Sequence[Chore] = ()
    """What else goes on as long as Asterisk is followed; each until cancelled."""

    def __post_init__(self) -> None:
        self._wake = asyncio.Event()
        self._up = False
        self._site_due = False
        self.queues = QueueState(self.clock)
        self.listener.on("FullyBooted", lambda _: self._wake.set())
        self.listener.on("Reload", self._on_reload)

    def on_state(self, up: bool, at: dt.datetime, reason: str) -> None:
        """The connection came up or was lost."""
        self._up = up
        self.queues.is_known = False
        if up:
            self._site_due = True
            if self.agents is not None:
                self.agents.look_later()
            asyncio.get_running_loop().call_later(BOOT_SECONDS, self._wake.set)
        elif self.lost_at is None:
            self.lost_at, self.reason = at, reason

    def on_event(self, message: Message) -> None:
        """Hand over."""
        self.queues.hear(message)
        if self.queues.is_doubtful:
            self._wake.set()
        self.listener.hear(message)

    def _on_reload(self, _: Message) -> None:
        self._site_due = True
        self._wake.set()

    async def run(self) -> None:
        """Resync whenever Asterisk is up after a loss, and every half minute. Until cancelled."""
        while True:
            await _set_or(self._wake, LOOK_ROUND_SECONDS)
            self._wake.clear()
            if self._up:
                await self._look_round()

    async def _follow_site(self) -> None:
        """Before the comparison, which makes rows of calls."""
        if not self._site_due:
            return
        self._site_due = False  # first: what is reloaded meanwhile is read again
        try:
            self.listener.follow_site(await asyncio.to_thread(self.site))
        except UNREADABLE as error:
            self._site_due = True
            log.warning("site.unreadable", reason=first_line(error), serving="the one before")

    async def _look_round(self) -> None:
        await self._follow_site()
        try:
            await self.queues.refresh(self.connection)
            young = await self._resync()
        except UNREADABLE as error:
            log.warning("resync.put_off", reason=first_line(error))
            self._later(RETRY_SECONDS)
        else:
            if young:
                self._later(QUIET.total_seconds())

    async def _resync(self) -> int:
        """Compare once, note the gap there was; the number of calls to look at again."""
        began, reason = self.lost_at, self.reason
        found = await Resync(self.connection, self.listener, self.members).run(self.clock(), began)
        if began is not None and self.lost_at == began:
            now = self.clock()
            self.lost_at = None
            self.keeper.gap("ami", began, now, reason, {"vanished": found.vanished, "members": found.members})
            log.warning("ami.gap", seconds=(now - began).total_seconds(), reason=reason)
        return found.young

    def _later(self, seconds: float) -> None:
        asyncio.get_running_loop().call_later(seconds, self._wake.set)


async def follow(watch: Watch, stop: asyncio.Event) -> None:
    """Follow Asterisk until ``stop``; what is known by then is written."""
    works = (watch.connection.run(), watch.run(), _repair_now_and_then(watch.repair))
    tasks = [asyncio.create_task(work) for work in (*works, *(chore() for chore in watch.chores))]
    listening = asyncio.create_task(watch.listener.run(stop))
    try:
        done, _ = await asyncio.wait([listening, *tasks], return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()  # none of them ends by itself: what it raised ends the process, and a new one begins
        await listening
    finally:
        watch.connection.close()
        for task in tasks[1:]:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _repair_now_and_then(repair: Callable[[], int]) -> None:
    while True:
        try:
            finished = await asyncio.to_thread(repair)
            if finished:
                log.warning("recordings.repaired", legs=finished)
        except (SQLAlchemyError, OSError) as error:
            log.warning("recordings.repair_put_off", reason=first_line(error))
        await asyncio.sleep(REPAIR_SECONDS)


async def _set_or(event: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return
