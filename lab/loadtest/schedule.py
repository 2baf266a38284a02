"""When calls come: a rate over time made of straight pieces, and the moments that a seed makes of it. Pure."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from random import Random

Point = tuple[float, float]
"""Second, and calls a second from there on towards the next point."""
TENTH = 0.1


@dataclass(frozen=True)
class Schedule:
    """The rate at each second, straight between two points."""

    name: str
    points: Sequence[Point]

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return self.points[-1][0]

    def rate(self, at: float) -> float:
        """Calls a second at that second."""
        for (begin, before), (end, after) in pairwise(self.points):
            if begin <= at < end:
                return before + (after - before) * (at - begin) / (end - begin)
        return 0.0

    def expected(self) -> float:
        """How many calls it comes to."""
        return sum((end - begin) * (one + two) / 2 for (begin, one), (end, two) in pairwise(self.points))


def ramp(rate: float, seconds: float) -> Schedule:
    """Slowly up to the rate."""
    return Schedule("ramp", [(0, 0), (seconds, rate)])


def plateau(rate: float, seconds: float) -> Schedule:
    """Up within a tenth of the time, steady, down within a tenth."""
    return Schedule("plateau", [(0, 0), (TENTH * seconds, rate), ((1 - TENTH) * seconds, rate), (seconds, 0)])


def spike(rate: float, seconds: float) -> Schedule:
    """A fifth of the rate, and all of it for a fifth of the time in the middle."""
    low = rate / 5
    edges = [0.0, 0.4, 0.4, 0.6, 0.6, 1.0]
    rates = [low, low, rate, rate, low, low]
    return Schedule("spike", [(edge * seconds, each) for edge, each in zip(edges, rates, strict=True)])


def soak(rate: float, seconds: float) -> Schedule:
    """The same all the time."""
    return Schedule("soak", [(0, rate), (seconds, rate)])


SHAPES: dict[str, Callable[[float, float], Schedule]] = {
    shape.__name__: shape for shape in (ramp, plateau, spike, soak)
}


def moments(schedule: Schedule, chance: Random, most: int) -> list[float]:
    """When each call begins, in seconds: callers who know nothing of each other (a Poisson process)."""
    found: list[float] = []
    for at in _arrivals(schedule, chance):
        if len(found) == most:
            break
        found.append(at)
    return found


def _arrivals(schedule: Schedule, chance: Random) -> Iterator[float]:
    """The time at which the area below the rate has grown by one more exponential step."""
    owed = chance.expovariate(1.0)
    for (begin, before), (end, after) in pairwise(schedule.points):
        area = (end - begin) * (before + after) / 2
        done = 0.0
        while owed <= area - done:
            done += owed
            yield begin + _second_of(done, end - begin, before, after)
            owed = chance.expovariate(1.0)
        owed -= area - done


def _second_of(area: float, seconds: float, before: float, after: float) -> float:
    """After how many seconds of a straight piece the area below it is so large."""
    slope = (after - before) / seconds
    if abs(slope) < 1e-12:
        return area / before
    return (math.sqrt(max(before * before + 2 * slope * area, 0.0)) - before) / slope
