"""``hotline ami``: one process that follows one Asterisk."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import structlog

from ami.bookkeeper import Bookkeeper
from ami.connection import AmiConnection
from ami.listener import Listener
from ami.protocol import Message
from ami.resync import Resync
from callcenter.agents import Membership
from callcenter.errors import HotlineError
from callcenter.ports import Clock

log = structlog.get_logger()
LOOK_ROUND_SECONDS = 30.0
"""How often snapshot and book are compared while all is well: a missed event has no longer life than this."""


@dataclass
class Watch:
    """Keeps the listener and the manager connection in step: a resync after each loss, and now and then."""

    connection: AmiConnection
    listener: Listener
    keeper: Bookkeeper
    members: Callable[[], Iterable[Membership]]
    clock: Clock
    lost_at: dt.datetime | None
    reason: str = "the listener was not running"

    def __post_init__(self) -> None:
        self._booted = asyncio.Event()
        self.listener.on("FullyBooted", lambda _: self._booted.set())

    def on_state(self, up: bool, at: dt.datetime, reason: str) -> None:
        """The connection came up or was lost."""
        if up:
            return
        self._booted.clear()
        if self.lost_at is None:
            self.lost_at, self.reason = at, reason

    def on_event(self, message: Message) -> None:
        """Hand over."""
        self.listener.hear(message)

    async def run(self) -> None:
        """Resync whenever Asterisk is up after a loss, and every half minute. Until cancelled."""
        while True:
            try:
                await self._round()
            except HotlineError as error:
                log.warning("resync.put_off", reason=str(error))
                await asyncio.sleep(1.0)

    async def _round(self) -> None:
        try:
            async with asyncio.timeout(LOOK_ROUND_SECONDS):
                await self._booted.wait()
        except TimeoutError:
            if self.lost_at is None:
                await Resync(self.connection, self.listener, self.members).run(self.clock())
            return
        self._booted.clear()
        began, reason = self.lost_at, self.reason
        found = await Resync(self.connection, self.listener, self.members).run(self.clock(), began)
        self.lost_at = None
        if began is not None:
            now = self.clock()
            self.keeper.gap("ami", began, now, reason, {"vanished": found.vanished, "members": found.members})
            log.warning("ami.gap", seconds=(now - began).total_seconds(), reason=reason)


async def follow(watch: Watch, stop: asyncio.Event) -> None:
    """Follow Asterisk until ``stop``; what is known by then is written."""
    tasks = [asyncio.create_task(watch.connection.run()), asyncio.create_task(watch.run())]
    try:
        await watch.listener.run(stop)
    finally:
        watch.connection.close()
        tasks[1].cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
