"""Whose turn it is of those who hung up and kept their place: pure, the queue and the moment passed in.

A place has the moment its caller first joined, and the priority. It is near when nobody who stood before it waits
any more: those in the line, those already called back, and other kept places. Then the customer is rung, confirms
with a key, and goes to the head of the line: behind nobody who came later, before nobody who came earlier.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from callcenter.queues.estimate import serving
from callcenter.queues.live import Caller, LiveQueue

RETURNED = "hotline-back-"
"""A returned call's channel id begins so; the place's number and the try's follow."""


@dataclass(frozen=True, slots=True)
class Place:
    """A kept place that is not yet served. ``next_at``: not to be rung before."""

    id: int
    queue: str
    joined_at: dt.datetime
    priority: int
    ringing: bool
    next_at: dt.datetime

    def rank(self) -> tuple[int, dt.datetime, int]:
        """Who is lower comes first."""
        return (-self.priority, self.joined_at, self.id)


def returned_id(place: int, tries: int) -> str:
    """The channel id of a place's call."""
    return f"{RETURNED}{place}-{tries}"


def place_of(channel_id: str) -> int | None:
    """The place whose call this is, if it is one."""
    number = channel_id.removeprefix(RETURNED).partition("-")[0]
    return int(number) if channel_id.startswith(RETURNED) and number.isdecimal() else None


def due(places: Iterable[Place], queue: LiveQueue, now: dt.datetime) -> list[Place]:
    """The places of one queue whose customers are to be rung now, in order.

    No more are rung at a time than there are free agents, or one; none while nobody serves.
    """
    waiting = sorted(places, key=Place.rank)
    ringing = sum(one.ringing for one in waiting)
    returned = sum(_is_returned(one) for one in queue.callers)
    free = sum(one.is_free for one in queue.members.values())
    room = max(free, 1) - ringing - returned if serving(queue) else 0
    found: list[Place] = []
    for place in waiting:
        if len(found) >= room:
            break
        if not place.ringing and place.next_at <= now and not _ahead(place, queue.callers):
            found.append(place)
    return found


def _ahead(place: Place, callers: Sequence[Caller]) -> bool:
    """Somebody in the line stood before this place."""
    return any(
        one.priority > place.priority or (one.priority == place.priority and one.since < place.joined_at)
        for one in callers
        if not _is_returned(one)
    )


def _is_returned(caller: Caller) -> bool:
    return caller.uniqueid.startswith(RETURNED)
