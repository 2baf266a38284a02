"""The stays in queues as the queue's own lines and the channel events tell them.

queue_log tells what happened, in whole seconds; the channel events tell when, to the microsecond (QueueBegun,
QueueDone); ``visits.py`` adds who talked. Where queue_log knows a channel, the manager's word on its queues is
not needed: it calls a time-out abandoned, and doesn't know a key from an answer.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from callcenter.events import (
    AgentAnswered,
    Event,
    QueueBegun,
    QueueDone,
    QueueEvent,
    QueueExited,
    QueueJoined,
    QueueLeft,
    QueueRefused,
)

SECOND = dt.timedelta(seconds=1)
BEHIND = dt.timedelta(milliseconds=20)
"""queue_log's clock is the kernel's at its last tick: in a second's first milliseconds it has the second before."""
CALLERS = ("caller", "local")
"""Kinds of legs whose stay in a queue is the caller's: his own, or the Local half an agent passed on.
An agent's own call to a queue, to consult a colleague, is no visit of the caller's."""


@dataclass
class Stay:
    """A visit while it is put together. ``done_at``: Queue() returned."""

    leg: str
    queue: str
    joined_at: dt.datetime
    position: int | None = None
    answer: AgentAnswered | None = None
    exit: QueueExited | None = None
    left_at: dt.datetime | None = None
    done_at: dt.datetime | None = None


def stays(events: list[Event], roles: dict[str, tuple[str, str | None]]) -> list[Stay]:
    """Every stay of the call, in order of joining. ``events`` are sifted."""
    found: list[Stay] = []
    by_leg: dict[str, list[Event]] = {}
    for event in events:
        if roles.get(event.uniqueid, ("", None))[0] in CALLERS:
            by_leg.setdefault(event.uniqueid, []).append(event)
    for leg, own in by_leg.items():
        found += _of_leg(leg, own)
    return sorted(found, key=lambda stay: (stay.joined_at, stay.queue))


def _of_leg(leg: str, events: list[Event]) -> list[Stay]:
    told = [event for event in events if isinstance(event, QueueEvent)]
    if any(event.source == "queue_log" for event in told):
        told = [event for event in told if event.source == "queue_log"]
    found: list[Stay] = []
    for queue in sorted({event.queue for event in told}):
        found += _in_queue(leg, queue, [event for event in told if event.queue == queue])
    found.sort(key=_in_turn)
    _sharpen(found, events)
    return found


def _in_turn(stay: Stay) -> tuple[dt.datetime, bool, str]:
    """Within one second a queue that let nobody in comes before the one that did."""
    stayed = stay.exit is None or stay.exit.at > stay.joined_at
    return (stay.joined_at, stayed, stay.queue)


def _in_queue(leg: str, queue: str, events: list[QueueEvent]) -> list[Stay]:
    found: list[Stay] = []
    refused = [Stay(leg, queue, one.at, exit=one) for one in events if isinstance(one, QueueRefused)]
    for event in (one for one in events if not isinstance(one, QueueRefused)):
        unseen = isinstance(event, QueueExited) and (not found or bool(found[-1].exit or found[-1].answer))
        if isinstance(event, QueueJoined) or not found or unseen:
            found.append(Stay(leg, queue, event.at, getattr(event, "position", None)))
        if isinstance(event, AgentAnswered):
            found[-1].answer = event
        elif isinstance(event, QueueExited):
            found[-1].exit = event
        elif isinstance(event, QueueLeft):
            found[-1].left_at = event.at
    return found + refused


def _sharpen(found: list[Stay], events: list[Event]) -> None:
    """Give each stay the times of its Queue(): the latest one begun by then that no other stay has.

    Of a line that knows only the second it is the latest begun before that was over.
    """
    runs = [event.at for event in events if isinstance(event, QueueBegun)]
    ends = [event.at for event in events if isinstance(event, QueueDone)]
    to_the_second = [stay for stay in found if not stay.joined_at.microsecond]
    for stay in (stay for stay in found if stay.joined_at.microsecond):
        begun = max((at for at in runs if at <= stay.joined_at), default=None)
        if begun:
            runs.remove(begun)
            _time(stay, begun, ends)
    for stay in reversed(to_the_second):
        begun = max((at for at in runs if at < stay.joined_at + SECOND + BEHIND), default=None)
        if begun:
            runs = [at for at in runs if at < begun]
            _time(stay, begun, ends)


def _time(stay: Stay, begun: dt.datetime, ends: list[dt.datetime]) -> None:
    stay.joined_at = begun
    stay.done_at = next((at for at in ends if at >= begun), None)
    stay.left_at = stay.done_at or stay.left_at
