"""How long a caller heard nobody, by the packets that came; and which of that the machine itself may have made."""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

from lab import g711
from lab.audio import WINDOW_SECONDS
from lab.rtp import FRAME, Ear
from tests.e2e.expect_hands import is_in
from tests.e2e.lateness import Lateness

TOO_LATE_SECONDS = 0.03
"""Phones that are woken so much later make half of a gap of 60 ms by themselves."""
AROUND_SECONDS = 0.5


class Gap(NamedTuple):
    """Nothing of the tones came for ``seconds`` from ``start`` on, a moment of the monotonic clock."""

    start: float
    seconds: float


def gaps(ear: Ear, tones: list[float], first: int = 0) -> list[Gap]:
    """Between each two packets that hold one of the tones; ``first``: where in the sound to begin."""
    sound = bytes(ear.sound)
    came = [
        ear.since + seconds
        for at, seconds in ear.arrivals
        if at >= first and _holds(g711.decode(sound[at : at + FRAME], ear.law), tones)
    ]
    return [Gap(before, after - before - WINDOW_SECONDS) for before, after in pairwise(came)]


def longest(found: list[Gap]) -> float:
    """Seconds of the longest, 0 for none."""
    return max((gap.seconds for gap in found), default=0.0)


def in_time(found: list[Gap], lateness: Lateness) -> list[Gap]:
    """Those at which the machine kept time, so that it is Hotline's or Asterisk's gap."""
    return [
        gap
        for gap in found
        if lateness.between(gap.start - AROUND_SECONDS, gap.start + gap.seconds + AROUND_SECONDS)
        <= TOO_LATE_SECONDS
    ]


def _holds(part: object, tones: list[float]) -> bool:
    return any(is_in(part, hz) for hz in tones)  # type: ignore[arg-type]
