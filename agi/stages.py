"""The greenlets that scripts run in. Each serves many calls: a new one costs the kernel a mapping and its pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from greenlet import getcurrent, greenlet

MOST_FREE = 64
"""What a burst leaves behind above that is given back."""


class Stages:
    """One event loop's."""

    def __init__(self) -> None:
        self._free: list[greenlet] = []

    def take(self) -> greenlet:
        """A greenlet whose next ``switch(work)`` runs ``work``, which must let nothing escape."""
        return self._free.pop() if self._free else greenlet(self._serve)

    def _serve(self, work: Callable[[], None]) -> None:
        me = getcurrent()
        loop_side = cast(greenlet, me.parent)
        while True:
            work()
            if len(self._free) >= MOST_FREE:
                return
            self._free.append(me)
            del work  # else it would keep the call that has ended
            work = loop_side.switch()
