"""Raises an alarm when a trunk goes away, ends it when it is back, and keeps both in the history.

Manager events say when to look, the console what is so: events are hints, snapshots the truth.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from ami.protocol import Message
from callcenter.errors import HotlineError
from callcenter.ports import AsteriskConsole, Clock
from callcenter.site import Site
from callcenter.trunks import outages
from callcenter.trunks.state import MENDS, NOT_SIGNED_IN, UNREGISTERED, TrunkState, look
from schema.refusal import first_line

log = structlog.get_logger()
LOOK_SECONDS = 30.0
GRACE_SECONDS = 10.0
"""So long a registration, theirs or ours, may take after Asterisk has come up, or was reloaded."""
TOGETHER_SECONDS = 0.1
"""Events of one moment are one look."""


class TrunkWatch:
    """``run`` looks whenever something was heard, and every half minute. ``console`` and ``site`` block."""

    def __init__(
        self,
        console: Callable[[], AsteriskConsole | None],
        sessions: sessionmaker[Session],
        site: Callable[[], Site],
        clock: Clock,
        grace_seconds: float = GRACE_SECONDS,
    ) -> None:
        self._console = console
        self._sessions = sessions
        self._site = site
        self._clock = clock
        self._grace_seconds = grace_seconds
        self._endpoints: set[str] = set()
        self._waiting: dict[str, float] = {}
        """Trunks without a registration, and the clock's reading when that was seen first."""
        self._due = asyncio.Event()

    def listen(self, on: Callable[[str, Callable[[Message], None]], None]) -> None:
        """Have the listener tell when a trunk may have changed."""
        on("ContactStatus", self._on_contact)
        for event in ("Registry", "FullyBooted", "Reload"):
            on(event, lambda _: self._due.set())

    @property
    def is_due(self) -> bool:
        """Something was heard since the last look."""
        return self._due.is_set()

    def _on_contact(self, message: Message) -> None:
        if self._endpoints & {message.get("EndpointName", ""), message.get("AOR", "")}:
            self._due.set()

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            self._due.clear()
            try:
                await asyncio.to_thread(self.look)
            except (HotlineError, SQLAlchemyError, OSError, ValueError) as error:
                log.warning("trunks.unknown", reason=first_line(error))
            await self._rest()

    async def _rest(self) -> None:
        try:
            async with asyncio.timeout(self._grace_seconds if self._waiting else LOOK_SECONDS):
                await self._due.wait()
        except TimeoutError:
            return
        await asyncio.sleep(TOGETHER_SECONDS)

    def look(self) -> list[outages.Change]:
        """What has changed since the last time, kept and told. Raises what the console and the database raise."""
        console, site = self._console(), self._site()
        self._endpoints = set(site.trunk_endpoints())
        if console is None:
            return []
        now = self._clock()
        states = [self._patient(state, now.timestamp()) for state in look(site, console)]
        with self._sessions.begin() as session:
            changes = outages.keep(session, states, now)
        for change in changes:
            self._tell(change, (now - change.since).total_seconds())
        return changes

    def _patient(self, state: TrunkState, now: float) -> TrunkState:
        """A registration that is under way is no outage yet."""
        name = state.trunk.name
        if state.reason not in (UNREGISTERED, NOT_SIGNED_IN):
            self._waiting.pop(name, None)
        elif now - self._waiting.setdefault(name, now) < self._grace_seconds:
            return replace(state, word="unknown")
        return state

    def _tell(self, change: outages.Change, seconds: float) -> None:
        if change.down:
            log.error("trunk.down", trunk=change.trunk, reason=change.reason, mend=MENDS[change.reason])
        else:
            log.warning("trunk.up", trunk=change.trunk, away_seconds=seconds)
