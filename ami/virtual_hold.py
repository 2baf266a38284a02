"""Calls customers back who kept their place, when its turn has come (``callcenter/queues/virtual_hold.py``).

What is to be done is in rows, so a restart of anything loses no place and rings nobody twice for one try.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from urllib.parse import quote

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from ami import actions
from ami.members import Manager
from ami.protocol import Message
from ami.queue_state import QueueState
from callcenter.channel_variables import CURSOR, FALLBACK_FLOW, LANGUAGE, NUMBER, SAY, TRUNK, VERSION
from callcenter.errors import HotlineError
from callcenter.ports import Clock
from callcenter.prompt_index import PromptIndex
from callcenter.queues import kept_places
from callcenter.queues.kept_places import Try
from callcenter.queues.virtual_hold import due, place_of
from callcenter.site import Site
from callcenter.site.waiting import CallBack
from schema.refusal import first_line
from schema.session import reading

log = structlog.get_logger()
LOOK_SECONDS = 1.0
CONTEXT = "hotline_back"
Live = Callable[[], tuple[Site, PromptIndex]]


class VirtualHold:
    """``live`` gives what is live now, the site and its prompts. Handlers only hand over to ``run``."""

    def __init__(
        self,
        manager: Manager,
        state: QueueState,
        sessions: sessionmaker[Session],
        live: Live,
        clock: Clock,
    ) -> None:
        self._manager = manager
        self._state = state
        self._sessions = sessions
        self._live = live
        self._clock = clock
        self._ends: asyncio.Queue[tuple[str, int]] = asyncio.Queue()
        self._ringing: dict[int, str] = {}
        """Place: its channel's id, while the customer has not confirmed."""

    def listen(self, on: Callable[[str, Callable[[Message], None]], None]) -> None:
        """Have the listener tell what is followed here."""
        on("QueueCallerJoin", lambda message: self._note("joined", message))
        on("Hangup", lambda message: self._note("missed", message))
        on("OriginateResponse", self._hear_response)

    def _hear_response(self, message: Message) -> None:
        if message.get("Response") == "Failure":
            self._note("missed", message)

    def _note(self, what: str, message: Message) -> None:
        place = place_of(message.get("Uniqueid", ""))
        if place is not None:
            self._ends.put_nowait((what, place))

    async def run(self) -> None:
        """Look whose turn it is, until cancelled. What keeps it from that is logged once, not at every look."""
        logged = ""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            reason = ""
            try:
                await self._look()
            except (HotlineError, SQLAlchemyError, OSError, ValueError) as error:
                reason = first_line(error)
            if reason and reason != logged:
                log.warning("callback.put_off", reason=reason)
            logged = reason

    async def _look(self) -> None:
        site, prompts = await asyncio.to_thread(self._live)
        rules = {queue.name: queue.call_back for queue in site.queues if queue.call_back}
        tries = await asyncio.to_thread(self._work, site, rules)
        for one in tries:
            await self._ring(one, rules[one.queue], prompts)
        await self._hang_up_cancelled()

    def _work(self, site: Site, rules: dict[str, CallBack]) -> list[Try]:
        """Blocks: everything that concerns rows."""
        now = self._clock()
        with self._sessions.begin() as session:
            self._take_ends(session, rules)
            if rules:
                kept_places.adopt(session, site, self._state.live.left, now)
            kept_places.settle(session, rules, now)
        if not self._state.is_known:
            return []
        with self._sessions.begin() as session:
            places = kept_places.open_places(session)
            found = []
            for name, own in places.items():
                line = self._state.live.queues.get(name)
                if line is not None and name in rules:
                    found += [kept_places.begin(session, site, one.id, now) for one in due(own, line, now)]
        return [one for one in found if one is not None]

    def _take_ends(self, session: Session, rules: dict[str, CallBack]) -> None:
        for _ in range(self._ends.qsize()):
            what, place = self._ends.get_nowait()
            self._ringing.pop(place, None)
            if what == "joined":
                kept_places.joined(session, place, self._clock())
            else:
                state = kept_places.missed(session, rules, place, self._clock())
                log.info("callback.ended", place=place, state=state)

    async def _ring(self, one: Try, rule: CallBack, prompts: PromptIndex) -> None:
        self._ringing[one.place] = one.channel_id
        log.info("callback.rings", place=one.place, queue=one.queue)
        answer = await self._manager.action(
            *actions.originate(
                f"PJSIP/{quote(one.number, safe='+')}@{rule.trunk}",
                context=CONTEXT,
                exten="start",
                channel_id=one.channel_id,
                caller_id=rule.caller_id,
                seconds=rule.ring_seconds,
                variables={
                    LANGUAGE: one.language,
                    f"{SAY}1": prompts.find(rule.intro, one.language).path,
                    CURSOR: one.cursor,
                    VERSION: one.version,
                    FALLBACK_FLOW: one.flow,
                    TRUNK: rule.trunk,
                    NUMBER: one.number,
                },
            )
        )
        if answer.get("Response") != "Success":
            self._ends.put_nowait(("missed", one.place))

    async def _hang_up_cancelled(self) -> None:
        if not self._ringing:
            return
        places = await asyncio.to_thread(self._still_open)
        for place in self._ringing.keys() - places:
            await self._manager.action(*actions.hangup(self._ringing.pop(place)))

    def _still_open(self) -> set[int]:
        with reading(self._sessions) as session:
            return {one.id for own in kept_places.open_places(session).values() for one in own}
