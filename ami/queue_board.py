"""What Asterisk's queues hold right now, as the command and the HTTP interface tell it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from ami import actions
from ami.call_desk import Connect
from ami.queue_state import QueueState
from callcenter.ports import Clock
from callcenter.queues.live import Caller, LiveQueue, Member

DEVICE_STATES = {
    "1": "free",
    "2": "busy",
    "3": "busy",
    "5": "unavailable",
    "6": "ringing",
    "7": "ringing",
    "8": "held",
}
"""AST_DEVICE_… of include/asterisk/devicestate.h."""


async def board(connect: Connect, clock: Clock) -> list[dict[str, Any]]:
    """Every queue with its members and waiting callers. Raises Unreachable."""
    state = QueueState(clock)
    async with connect() as manager:
        rows = await manager.action_list(*actions.queue_status())
    state.live.replace(rows, clock())
    strategies = {row["Queue"]: row["Strategy"] for row in rows if row.get("Event") == "QueueParams"}
    return told(state, strategies, clock())


def told(state: QueueState, strategies: Mapping[str, str], now: dt.datetime) -> list[dict[str, Any]]:
    """The live state as the command tells it, and programs read it."""
    return [
        _queue(name, queue, strategies.get(name), now) for name, queue in sorted(state.live.queues.items())
    ]


def _queue(name: str, queue: LiveQueue, strategy: str | None, now: dt.datetime) -> dict[str, Any]:
    members = [_member(one) for one in queue.members.values()]
    return {
        "queue": name,
        "strategy": strategy,
        "waiting": len(queue.callers),
        "logged_in": len(members),
        "free": sum(one.is_free for one in queue.members.values()),
        "members": members,
        "callers": [_caller(place, one, now) for place, one in enumerate(queue.callers, 1)],
    }


def _member(one: Member) -> dict[str, Any]:
    return {
        "agent": one.name,
        "interface": one.interface,
        "state": "paused" if one.paused else DEVICE_STATES.get(one.status, "unknown"),
        "paused_reason": one.paused_reason or None,
        "in_call": one.in_call,
        "calls_taken": one.calls_taken,
        "last_call_at": dt.datetime.fromtimestamp(one.last_call, dt.UTC) if one.last_call else None,
        "penalty": one.penalty,
    }


def _caller(place: int, one: Caller, now: dt.datetime) -> dict[str, Any]:
    return {
        "position": place,
        "caller": one.number,
        "wait_s": one.waited(now),
        "since_at": one.since,
        "priority": one.priority,
        "channel": one.channel,
    }
