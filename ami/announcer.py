"""Speaks to who waits: their place, the expected wait, messages, into the music and without moving them.

A pair of Local channels carries the words: one half plays them, the other is broadcast to the caller's channel.
It begins only while no phone of an agent rings for the caller, and ends at once when one does. Whatever fails,
the caller hears music and is served as ever.
"""

from __future__ import annotations

import asyncio
import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

import structlog
from sqlalchemy.exc import SQLAlchemyError

from ami import actions
from ami.members import Manager
from ami.protocol import Message
from ami.queue_state import QueueState
from ami.saying import saying, speaker_id
from callcenter.channel_variables import FORETOLD
from callcenter.errors import HotlineError
from callcenter.ports import Clock
from callcenter.prompt_index import PromptIndex
from callcenter.queues.announcing import Told, sentences
from callcenter.queues.estimate import Pace, expected_wait, serving
from callcenter.queues.live import Caller, LiveQueue
from callcenter.site import Site
from callcenter.site.service import Queue
from callcenter.site.waiting import Announce
from schema.refusal import first_line

log = structlog.get_logger()
LOOK_SECONDS = 0.5
RETRY_SECONDS = 10.0
AT_ONCE = 50
"""Callers spoken to at the same time; the others' turn comes when these have heard theirs."""


class _Turn(NamedTuple):
    """Somebody who waits in a queue that tells them something."""

    queue: Queue
    announce: Announce
    line: LiveQueue
    place: int
    caller: Caller


class Announcer:
    """``live`` gives what is live now, the site and its prompts; ``lately`` what calls took before a moment, by queue.

    Both read and block.
    """

    def __init__(
        self,
        manager: Manager,
        state: QueueState,
        live: Callable[[], tuple[Site, PromptIndex]],
        clock: Clock,
        lately: Callable[[dt.datetime], Mapping[str, Sequence[float]]],
    ) -> None:
        self._manager = manager
        self._state = state
        self._live = live
        self._clock = clock
        self._lately = lately
        self._site: tuple[Site, PromptIndex] | None = None
        self._told: dict[str, Told] = {}
        self._ringing: dict[str, set[str]] = defaultdict(set)
        self._speaking: dict[str, str] = {}
        """Caller's channel: the id of the channel that speaks to it."""
        self._endings: set[asyncio.Task[None]] = set()
        self._paces: dict[str, Pace] = defaultdict(Pace)
        self._answers: dict[str, tuple[str, float]] = {}

    def listen(self, on: Callable[[str, Callable[[Message], None]], None]) -> None:
        """Have the listener tell what is followed here."""
        on("AgentCalled", self._agent_rings)
        on("AgentRingNoAnswer", self._agent_missed)
        on("AgentConnect", self._answered)
        on("AgentComplete", self._served)
        on("Hangup", self._gone)
        on("Reload", lambda _: self._forget_site())

    async def run(self) -> None:
        """Speak when it is time, until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._remember(self._clock()))
            tasks.create_task(self._keep_looking())

    async def _keep_looking(self) -> None:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                await self._look()
            except (HotlineError, OSError, ValueError) as error:
                log.warning("announce.put_off", reason=str(error))

    async def _remember(self, began: dt.datetime) -> None:
        """What was served before ``began``, as soon as the database tells."""
        while True:
            try:
                known = await asyncio.to_thread(self._lately, began)
                break
            except (HotlineError, SQLAlchemyError, ValueError) as error:
                log.warning("announce.pace_unknown", reason=first_line(error))
                await asyncio.sleep(RETRY_SECONDS)
        for queue, seconds in known.items():
            self._paces[queue].add_earlier(seconds)

    # ── events ───────────────────────────────────────────────────────────────

    def _agent_rings(self, m: Message) -> None:
        self._ringing[m["Uniqueid"]].add(m.get("Interface", ""))
        speaker = self._speaking.get(m["Uniqueid"])
        if speaker:
            ending = asyncio.get_running_loop().create_task(self._be_quiet(speaker))
            self._endings.add(ending)
            ending.add_done_callback(self._endings.discard)

    def _agent_missed(self, m: Message) -> None:
        self._ringing[m["Uniqueid"]].discard(m.get("Interface", ""))

    def _answered(self, m: Message) -> None:
        self._answers[m["Interface"]] = (m["Queue"], float(m["Timestamp"]))

    def _served(self, m: Message) -> None:
        queue, at = self._answers.pop(m["Interface"], ("", 0.0))
        if queue == m["Queue"]:
            self._paces[queue].add(float(m["Timestamp"]) - at)

    def _gone(self, m: Message) -> None:
        uniqueid = m["Uniqueid"]
        self._ringing.pop(uniqueid, None)
        for caller, speaker in list(self._speaking.items()):
            if uniqueid in (speaker, caller):
                del self._speaking[caller]

    def _forget_site(self) -> None:
        self._site = None

    # ── speaking ─────────────────────────────────────────────────────────────

    async def _look(self) -> None:
        if not self._state.is_known:
            return
        if self._site is None:
            self._site = await asyncio.to_thread(self._live)
        site, prompts = self._site
        waiting = list(self._waiting(site))
        here = {turn.caller.uniqueid for turn in waiting}
        for known in (self._told, self._ringing, self._speaking):
            for uniqueid in known.keys() - here:
                del known[uniqueid]
        for turn in waiting:
            if len(self._speaking) < AT_ONCE:
                await self._tell(turn, site.languages[0], prompts)

    def _waiting(self, site: Site) -> Iterator[_Turn]:
        for queue in site.queues:
            line = self._state.live.queues.get(queue.name)
            if queue.announce is not None and line is not None:
                for place, caller in enumerate(line.callers, 1):
                    yield _Turn(queue, queue.announce, line, place, caller)

    async def _tell(self, turn: _Turn, first_language: str, prompts: PromptIndex) -> None:
        """Speak, if it is time and nothing forbids it."""
        caller, now = turn.caller, self._clock()
        told = self._told.get(caller.uniqueid) or await self._begin(turn, now)
        if now < told.next_at or self._ringing.get(caller.uniqueid) or caller.uniqueid in self._speaking:
            return
        language = caller.language or first_language
        words = sentences(turn.announce, told, turn.place, self._wait_of(turn), now, language)
        if told.foretold is not None:
            moment = str(int(told.foretold.timestamp()))
            await self._manager.action(*actions.setvar(caller.channel, FORETOLD, moment))
        if words:
            await self._speak(caller, [prompts.find(word, language).path for word in words])

    async def _begin(self, turn: _Turn, now: dt.datetime) -> Told:
        caller = turn.caller
        told = Told.from_joining(caller.since, now, turn.announce)
        if told.times and turn.announce.wait:
            told.foretold = await self._foretold(caller)
        self._told[caller.uniqueid] = told
        return told

    async def _foretold(self, caller: Caller) -> dt.datetime | None:
        """What the channel was told by a listener before this one."""
        answer = await self._manager.action(*actions.getvar(caller.channel, FORETOLD))
        value = answer.get("Value", "")
        return dt.datetime.fromtimestamp(int(value), dt.UTC) if value.isdecimal() else None

    def _wait_of(self, turn: _Turn) -> float | None:
        pace = self._paces[turn.queue.name].seconds
        kept = None if pace is None else pace + turn.queue.wrapup_seconds
        return expected_wait(turn.place, kept, serving(turn.line))

    async def _speak(self, caller: Caller, files: Sequence[str]) -> None:
        speaker = speaker_id()
        self._speaking[caller.uniqueid] = speaker
        try:
            answer = await self._manager.action(*saying(speaker, caller.channel, files))
        except HotlineError:
            self._speaking.pop(caller.uniqueid, None)
            raise
        if answer.get("Response") != "Success":
            self._speaking.pop(caller.uniqueid, None)
            log.warning("announce.refused", answer=answer.get("Message"))
        elif self._ringing.get(caller.uniqueid):
            await self._be_quiet(speaker)

    async def _be_quiet(self, speaker: str) -> None:
        try:
            await self._manager.action(*actions.hangup(speaker))
        except HotlineError as error:
            log.warning("announce.not_ended", reason=str(error))
