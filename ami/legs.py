"""Agent legs that are recorded: stopped when they leave the bridge, finished when they have ended."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterable
from typing import Any

from ami.protocol import Message
from callcenter.journey import CallRecord, LegRecord
from callcenter.ports import LegRecorder, TalkedLeg

REMEMBERED = 20_000


class RecordedLegs:
    """Watches the legs of one Asterisk. ``queues`` are those whose calls are recorded."""

    def __init__(self, recorder: LegRecorder, queues: set[str]) -> None:
        self._recorder = recorder
        self._queues = queues
        self._running: dict[str, str] = {}
        self._told: dict[str, None] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def see(self, message: Message) -> None:
        """A manager event: a recording begins, a recorded leg leaves its bridge or ends."""
        if message.event == "MixMonitorStart":
            self._running[message["Uniqueid"]] = message["Channel"]
        elif message.event == "BridgeLeave" and message.get("Uniqueid") in self._running:
            channel = self._running.pop(message["Uniqueid"])
            self._go(self._recorder.stop(channel, message.get("Linkedid", "")))
        elif message.event == "Hangup":
            self._running.pop(message.get("Uniqueid", ""), None)

    def finish(self, records: Iterable[CallRecord]) -> None:
        """Have the files made of every recorded leg that has ended; each leg once."""
        for record in records:
            for leg in record.legs:
                if leg.kind == "agent" and leg.ended_at and leg.uniqueid not in self._told:
                    self._tell(record, leg)

    async def finish_all(self) -> None:
        """Wait for the files under way."""
        while self._tasks:
            await asyncio.gather(*self._tasks)

    def _tell(self, record: CallRecord, leg: LegRecord) -> None:
        queue = _queue_of(record, leg)
        if queue is not None and queue not in self._queues:
            return
        self._told[leg.uniqueid] = None
        if len(self._told) > REMEMBERED:
            del self._told[next(iter(self._told))]
        if leg.talk_ms:
            self._go(self._recorder.finish(_talked(record, leg, queue)))
        else:
            self._recorder.discard(leg.uniqueid)

    def _go(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


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
    )
