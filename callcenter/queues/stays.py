"""One stay in a queue as both the visits and a recount of the ledger tell it, and what many come to.

``offered`` is everybody who asked for the queue; a caller who still waits is in it and in no other count. The
service level leaves out short abandoned calls and those who still wait: of the rest, who was answered in time.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, fields
from typing import Any

SHORT, TIMELY = 5, 20
"""Seconds, for a queue that the site no longer has."""


@dataclass(frozen=True, slots=True, order=True)
class Stay:
    """From joining to the answer or the leaving. ``outcome`` and ``key`` are those of the table of visits."""

    queue: str
    joined_at: dt.datetime
    outcome: str | None
    key: str | None
    wait_ms: int | None


@dataclass(frozen=True, slots=True)
class Limits:
    """A queue's thresholds, in seconds."""

    short: int = SHORT
    timely: int = TIMELY


@dataclass(slots=True)
class Figures:
    """Counts, and sums in milliseconds, that can be added up."""

    offered: int = 0
    answered: int = 0
    abandoned: int = 0
    short_abandoned: int = 0
    left_by_key: int = 0
    timed_out: int = 0
    full: int = 0
    nobody: int = 0
    lost: int = 0
    waiting: int = 0
    in_time: int = 0
    answer_ms: int = 0
    longest_ms: int = 0

    def add(self, other: Figures) -> None:
        """Take in the figures of other stays."""
        for one in fields(self):
            mine, theirs = getattr(self, one.name), getattr(other, one.name)
            setattr(self, one.name, max(mine, theirs) if one.name == "longest_ms" else mine + theirs)

    @property
    def service_level(self) -> float | None:
        """Per cent, one decimal; None while there is nobody to count."""
        counted = self.offered - self.short_abandoned - self.waiting
        return round(100 * self.in_time / counted, 1) if counted > 0 else None

    def told(self) -> dict[str, Any]:
        """As the command and programs read it."""
        row = asdict(self)
        answer_ms, longest_ms, in_time = row.pop("answer_ms"), row.pop("longest_ms"), row.pop("in_time")
        speed = round(answer_ms / self.answered / 1000, 1) if self.answered else None
        return row | {
            "answered_in_time": in_time,
            "service_level": self.service_level,
            "average_answer_s": speed,
            "longest_wait_s": round(longest_ms / 1000, 1),
        }


OUTCOMES = {
    "answered": "answered",
    "abandoned": "abandoned",
    "key": "left_by_key",
    "timeout": "timed_out",
    "full": "full",
    "nobody": "nobody",
    "lost": "lost",
    None: "waiting",
}
"""A visit's outcome: the count it goes into."""


@dataclass
class Tally:
    """Figures by whatever the stays are told apart by."""

    limits: dict[str, Limits] = field(default_factory=dict)

    def of(self, stays: Iterable[Stay]) -> Figures:
        """The figures of these stays."""
        found = Figures()
        for stay in stays:
            found.add(self.one(stay))
        return found

    def one(self, stay: Stay) -> Figures:
        """The figures of one stay."""
        limits, waited = self.limits.get(stay.queue, Limits()), stay.wait_ms or 0
        found = Figures(offered=1, longest_ms=waited)
        setattr(found, OUTCOMES[stay.outcome], 1)
        if stay.outcome == "answered":
            found.answer_ms, found.in_time = waited, int(waited <= 1000 * limits.timely)
        if stay.outcome == "abandoned":
            found.short_abandoned = int(waited < 1000 * limits.short)
        return found
