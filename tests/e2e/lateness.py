"""Whether the machine kept time while a case was played: phones that send speech in real time need one that does."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import TypeVar

import pytest

T = TypeVar("T")
TRIES = 3

TICK_SECONDS = 0.02
TOO_LATE_SECONDS = 0.1
"""A phone's packets are 20 ms apart, and Asterisk and the tests allow for a few that are late."""


class Lateness:
    """While it is entered: how late this process was woken, in seconds: at worst, and at each moment."""

    def __init__(self) -> None:
        self.worst = 0.0
        self._woken: list[tuple[float, float]] = []
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Lateness:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()

    def between(self, start: float, end: float) -> float:
        """The worst from one moment of the monotonic clock to another."""
        return max((late for at, late in self._woken if start <= at and at - late <= end), default=0.0)

    def _watch(self) -> None:
        asleep = time.monotonic()
        while not self._over.wait(TICK_SECONDS):
            now = time.monotonic()
            late = now - asleep - TICK_SECONDS
            self._woken.append((now, late))
            self.worst = max(self.worst, late)
            asleep = now


class NotServed(Exception):
    """The phones of a load did not get through what they had to do; nothing is known of Hotline by that."""


def in_time(attempt: Callable[[int], T], too_late: float = TOO_LATE_SECONDS) -> T:
    """What ``attempt`` gives; its argument counts the tries from 0. ``too_late``: seconds that spoil it.

    One that fails while the machine is late is made again, so often; on a machine that keeps time the first
    failure counts. Should it end in ``NotServed`` on a late machine each time, the test is skipped and says why.
    """
    for number in range(TRIES):
        with Lateness() as lateness:
            try:
                return attempt(number)
            except Exception as error:
                if lateness.worst <= too_late or (number == TRIES - 1 and not isinstance(error, NotServed)):
                    raise
    pytest.skip(f"the machine was {lateness.worst:.2f} s late: a load in real time proves nothing")
