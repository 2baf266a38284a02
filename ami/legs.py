"""Agent legs that are recorded: stopped when they leave the bridge, finished when they have ended."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Coroutine, Iterable
from typing import Any

import structlog

from ami.protocol import Message
from callcenter.journey import CallRecord, LegRecord
from callcenter.ports import LegRecorder, TalkedLeg

log = structlog.get_logger()
REMEMBERED = 4_000
"""So many legs whose end was never told, four times what one Asterisk holds."""
HOLDING = "holding_bridge"
"""Parking's bridge: the agent who parks a call hears the slot in it."""
MOVE_SECONDS = 0.05
"""Between leaving one bridge and entering the next lie some milliseconds."""


class RecordedLegs:
    """Watches the legs of one Asterisk. ``queues`` are those whose calls Hotline looks after."""

    def __init__(self, recorder: LegRecorder, queues: Collection[str]) -> None:
        self._recorder = recorder
        self.queues = queues
        self._running: dict[str, str] = {}
        self._begun: dict[str, None] = {}
        """Legs that were seen to begin a recording, whoever they are: a colleague to whom a call was passed on."""
        self._leaving: set[str] = set()
        self._told: dict[str, None] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def see(self, message: Message) -> None:
        """A manager event: a recording begins, a recorded leg changes its bridge or ends."""
        uniqueid = message.get("Uniqueid", "")
        if message.event == "MixMonitorStart":
            self._running[uniqueid] = message["Channel"]
            self._begun[uniqueid] = None
            _bound(self._running)
            _bound(self._begun)
        elif uniqueid not in self._running:
            return
        elif message.event == "BridgeEnter" and message.get("BridgeTechnology") != HOLDING:
            self._leaving.discard(uniqueid)
        elif message.event == "BridgeLeave":
            self._leaving.add(uniqueid)
            self._go(self._stop_unless_back(uniqueid, message.get("Linkedid", "")))
        elif message.event == "Hangup":
            self._forget(uniqueid)

    def finish(self, records: Iterable[CallRecord]) -> None:
        """Have the files made of every recorded leg that has ended; each leg once."""
        for record in records:
            for leg in record.legs:
                wanted = leg.kind == "agent" or leg.uniqueid in self._begun
                if wanted and leg.ended_at and leg.uniqueid not in self._told:
                    self._tell(record, leg)

    async def finish_all(self) -> None:
        """Wait for the files under way."""
        while self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _stop_unless_back(self, uniqueid: str, call_id: str) -> None:
        """A transfer may only move the leg from one bridge to the next: then its recording goes on."""
        await asyncio.sleep(MOVE_SECONDS)
        channel = self._running.get(uniqueid)
        if channel and uniqueid in self._leaving:
            self._forget(uniqueid)
            await self._recorder.stop(channel, call_id)

    def _forget(self, uniqueid: str) -> None:
        self._running.pop(uniqueid, None)
        self._leaving.discard(uniqueid)

    def _tell(self, record: CallRecord, leg: LegRecord) -> None:
        """A leg without a word or a queue may only be known in part: whether it has them shows the closed call."""
        closed = record.state == "closed"
        queue = _queue_of(record, leg)
        if (queue is None and not closed) or (queue is not None and queue not in self.queues):
            return
        if _is_consultation(record, leg):
            if closed:
                self._recorder.drop(leg.uniqueid)
        elif leg.talk_ms:
            self._told[leg.uniqueid] = None
            _bound(self._told)
            self._go(self._recorder.finish(_talked(record, leg, queue)))
        elif closed and leg.uniqueid in record.aliases:
            self._recorder.drop(leg.uniqueid)
        elif closed:
            self._recorder.discard(leg.uniqueid)

    def _go(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.error("recording.crashed", exc_info=error)


def _bound(things: dict[str, Any]) -> None:
    """Of what was never told the end of, the oldest are forgotten."""
    if len(things) > REMEMBERED:
        del things[next(iter(things))]


def _is_consultation(record: CallRecord, leg: LegRecord) -> bool:
    """A colleague was asked while somebody waited, and was not given the call."""
    return record.direction == "inside" and record.consults and leg.kind != "agent"


def _queue_of(record: CallRecord, leg: LegRecord) -> str | None:
    """The queue the agent's leg was rung from."""
    visits = [visit for visit in record.visits if visit.joined_at <= leg.started_at]
    return visits[-1].queue if visits else None


def _talked(record: CallRecord, leg: LegRecord, queue: str | None) -> TalkedLeg:
    return TalkedLeg(
        call_id=record.call_id,
        uniqueid=leg.uniqueid,
        agent=leg.agent,
        queue=queue,
        started_at=leg.talks[0].start,
        talk_ms=leg.talk_ms,
        cut=record.ended_by == "pbx_restart",
        trunk=record.trunk,
        apart=leg.apart,
    )
