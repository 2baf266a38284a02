"""Figures out of what the callers' SIPp told: by second and over all. Pure."""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from lab.loadtest.plan import Planned
from lab.sipp_events import Event

PERCENTS = (50, 95, 99)
_STATUS = re.compile(r"received 'SIP/2\.0 (\d{3} [^\r\n']*)")
NOT_ANSWERED, TOO_LONG, NOT_DIALLED, NOT_ENDED = (
    "not answered",
    "nobody ended it in time",
    "not dialled",
    "not ended",
)


@dataclass
class Placed:
    """One call as its caller saw it; seconds of SIPp's clock."""

    planned: Planned
    dialled: float | None = None
    rang: float | None = None
    answered: float | None = None
    ended: float | None = None
    by: str = ""

    @property
    def post_dial_delay(self) -> float | None:
        """From dialling to the first sign of the far end: ringing, or the answer."""
        first = min((at for at in (self.rang, self.answered) if at is not None), default=None)
        return None if first is None or self.dialled is None else first - self.dialled

    @property
    def answer(self) -> float | None:
        """From dialling to the answer."""
        return None if self.answered is None or self.dialled is None else self.answered - self.dialled

    @property
    def failure(self) -> str | None:
        """What went wrong, as far as the caller knows."""
        if self.dialled is None:
            return NOT_DIALLED
        if self.answered is None:
            return NOT_ANSWERED
        if self.ended is None:
            return NOT_ENDED
        return TOO_LONG if self.by == "here" and not self.planned.gives_up else None


def placed(planned: Sequence[Planned], events: Iterable[Event]) -> list[Placed]:
    """Each planned call with what happened to it. A call's number is its place in the plan, from 1."""
    found = [Placed(call) for call in planned]
    for event in events:
        call = found[event.call - 1]
        words = event.details.split()
        at = float(words[-1]) / 1000
        if event.kind == "dialled":
            call.dialled = at
        elif event.kind == "ringing":
            call.rang = call.rang or at
        elif event.kind == "answered":
            call.answered = at
        elif event.kind == "ended":
            call.ended, call.by = at, words[0]
    return found


def failures(calls: Iterable[Placed], errors: str) -> dict[str, int]:
    """Calls by what went wrong; those that were refused by the status they were refused with."""
    found = Counter(call.failure for call in calls if call.failure)
    refused = Counter(status.strip() for status in _STATUS.findall(errors))
    found[NOT_ANSWERED] = max(0, found[NOT_ANSWERED] - refused.total())
    return {cause: count for cause, count in (found + refused).most_common() if cause}


def by_kind(calls: Iterable[Placed]) -> dict[str, tuple[int, int, int]]:
    """Of each kind of caller: planned, answered, failed."""
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    for call in calls:
        row = counts[call.planned.kind.name]
        row[0] += 1
        row[1] += call.answered is not None
        row[2] += call.failure is not None
    return {name: (row[0], row[1], row[2]) for name, row in counts.items()}


def a_second(moments: Iterable[float | None], seconds: float, width: float) -> list[tuple[float, float]]:
    """How many a second, in pieces so wide."""
    counts = Counter(int(at // width) for at in moments if at is not None)
    return [((place + 0.5) * width, counts[place] / width) for place in range(int(seconds // width) + 1)]


def at_once(calls: Iterable[Placed], seconds: float) -> list[tuple[float, float]]:
    """How many calls are up at the beginning of each second."""
    changes: Counter[int] = Counter()
    for call in calls:
        if call.answered is not None:
            changes[int(call.answered)] += 1
            changes[int(call.ended or seconds) + 1] -= 1
    found, up = [], 0
    for second in range(int(seconds) + 2):
        up += changes[second]
        found.append((float(second), float(up)))
    return found


def percentile(values: Sequence[float], percent: float) -> float:
    """The nearest rank: a value that was measured, of any number of them but none."""
    ranked = sorted(values)
    return ranked[max(0, math.ceil(len(ranked) * percent / 100) - 1)]


def percentiles(values: Sequence[float]) -> dict[int, float]:
    """p50, p95, p99; empty where nothing was measured."""
    return {percent: percentile(values, percent) for percent in PERCENTS} if values else {}


def over_time(measured: Iterable[tuple[float, float]], width: float) -> dict[int, list[tuple[float, float]]]:
    """(second, value) to the percentiles of each piece of time so wide."""
    pieces: dict[int, list[float]] = defaultdict(list)
    for at, value in measured:
        pieces[int(at // width)].append(value)
    return {
        percent: [((place + 0.5) * width, percentile(pieces[place], percent)) for place in sorted(pieces)]
        for percent in PERCENTS
    }


def delays(calls: Iterable[Placed], of: Callable[[Placed], float | None]) -> list[tuple[float, float]]:
    """When each call was dialled, and one of its delays."""
    return [
        (call.dialled, value)
        for call in calls
        if call.dialled is not None and (value := of(call)) is not None
    ]
