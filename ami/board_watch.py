"""Watches the boards' lines: asks Asterisk now and then, and at once when a board tells of an alarm.

A line that is not up is an alarm: an error in the log, once, with what to look at; an open stretch of its
history; and a finding of ``hotline doctor``.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from ami import actions
from ami.connection import AmiConnection
from ami.protocol import Message
from callcenter.boards.advice import ADVICE
from callcenter.boards.history import keep
from callcenter.boards.lines import Line, lines_now
from callcenter.errors import HotlineError
from callcenter.ports import Clock
from callcenter.site import Site
from schema.refusal import first_line

log = structlog.get_logger()
EVENTS = ("Alarm", "AlarmClear", "SpanAlarm", "SpanAlarmClear")
LOOK_SECONDS = 5.0
"""Of a D channel that goes down no event tells."""
SOON_SECONDS, SOON_LOOKS = 1.0, 6
"""What has just changed goes on to change: when an alarm is over its D channel comes up a moment later."""


async def ask(manager: AmiConnection, site: Site) -> list[Line]:
    """Every line of the site's boards now. Raises Unreachable, and ActionFailed where chan_dahdi is not loaded."""
    statuses = await manager.action_list(*actions.dahdi_status())
    spans = await manager.action_list(*actions.pri_spans())
    return lines_now(site, statuses, spans, await manager.action_list(*actions.dahdi_channels()))


class BoardWatch:
    """``run`` until cancelled; where the site has no boards it asks nothing. ``site`` blocks."""

    def __init__(
        self, manager: AmiConnection, sessions: sessionmaker[Session], site: Callable[[], Site], clock: Clock
    ) -> None:
        self._manager = manager
        self._sessions = sessions
        self._site = site
        self._clock = clock
        self._wake = asyncio.Event()
        self._told: dict[str, str] = {}
        self._soon = 0
        """How many looks are to come soon."""

    def listen(self, on: Callable[[str, Callable[[Message], None]], None]) -> None:
        """Have the listener tell of alarms."""
        for event in EVENTS:
            on(event, lambda _: self._wake.set())

    async def run(self) -> None:
        """Look, and look again."""
        while True:
            self._wake.clear()
            try:
                await self.look()
            except (HotlineError, OSError, ValueError) as error:  # Asterisk boots, or no site is live yet
                log.info("boards.unknown", reason=first_line(error))
            try:
                async with asyncio.timeout(SOON_SECONDS if self._soon else LOOK_SECONDS):
                    await self._wake.wait()
            except TimeoutError:
                continue

    async def look(self) -> None:
        """Ask once, keep it, and tell of what has changed; without the database, of what has since the last look."""
        site = await asyncio.to_thread(self._site)
        if not site.boards:
            return
        lines = await ask(self._manager, site)
        try:
            changed = await asyncio.to_thread(self._keep, lines)
        except SQLAlchemyError as error:
            log.info("boards.not_kept", reason=first_line(error))
            changed = [(line, self._told.get(line.line)) for line in lines]
        for line, before in changed:
            if self._told.get(line.line) != line.state:
                _tell(line, before)
        states = {line.line: line.state for line in lines}
        self._soon = SOON_LOOKS if states != self._told else max(0, self._soon - 1)
        self._told = states

    def _keep(self, lines: list[Line]) -> list[tuple[Line, str | None]]:
        with self._sessions.begin() as session:
            return keep(session, lines, self._clock())


def _tell(line: Line, before: str | None) -> None:
    told = {"line": line.line, "trunk": line.trunk, "state": line.state, "before": before}
    if line.state != "up":
        log.error("boards.alarm", **told, mend=ADVICE[line.state].en)
    elif before is not None:
        log.warning("boards.alarm_over", **told)
