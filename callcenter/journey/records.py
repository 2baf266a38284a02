"""What the journey of a call comes to: the rows of ``schema/calls.py``, not yet stored.

Field names and words are those of the tables Call, Leg, Visit and Score; their docstrings explain them.
Moments are aware UTC, durations whole milliseconds.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import NamedTuple


class Span(NamedTuple):
    """From ``start`` up to ``end``."""

    start: dt.datetime
    end: dt.datetime


@dataclass(frozen=True, slots=True)
class LegRecord:
    """One channel. ``talks`` are the stretches behind ``talk_ms``, in order.

    ``apart``: of a channel that is over, where it was joined with others and the caller did not hear it (a
    consultation), each as begin and end in milliseconds of the time that it was joined with anybody.
    """

    uniqueid: str
    channel: str
    kind: str
    endpoint: str | None
    agent: str | None
    started_at: dt.datetime
    answered_at: dt.datetime | None
    ended_at: dt.datetime | None
    cause: int | None
    ring_ms: int
    talk_ms: int
    hold_ms: int
    talks: tuple[Span, ...]
    apart: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class VisitRecord:
    """One stay in one queue."""

    number: int
    queue: str
    joined_at: dt.datetime
    position: int | None
    left_at: dt.datetime | None
    outcome: str | None
    key: str | None
    wait_ms: int | None
    agent: str | None
    answered_at: dt.datetime | None
    talk_ms: int
    ended_by: str | None


@dataclass(frozen=True, slots=True)
class CallRecord:
    """One call. ``aliases`` are call ids it may have been stored under before two turned out to be one.

    ``consults``: who dialled had another call in hand, and this one did not become part of it.
    """

    call_id: str
    direction: str
    trunk: str | None
    did: str | None
    caller: str | None
    started_at: dt.datetime
    answered_at: dt.datetime | None
    ended_at: dt.datetime | None
    state: str
    ended_by: str | None
    cause: int | None
    legs: tuple[LegRecord, ...]
    visits: tuple[VisitRecord, ...]
    aliases: tuple[str, ...]
    consults: bool = False


@dataclass(frozen=True, slots=True)
class ScoreRecord:
    """What became of the satisfaction question after one answered visit."""

    visit: int
    outcome: str
    reason: str | None
    way: str | None
    score: int | None
    keys: str | None
    survey: str | None
    agent: str | None
    queue: str
    trunk: str | None
    caller: str | None
    at: dt.datetime
