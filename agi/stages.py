"""The greenlets that scripts run in. Each serves many calls: a new one costs the kernel a mapping and its pages."""

from __future__ import annotations

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
        if self._free:
            return self._free.pop()
        stage = greenlet(self._serve)
        stage.switch()  # up to its wait: arguments of the first switch would stay as long as it does
        return stage

    def _serve(self) -> None:
        me = getcurrent()
        loop_side = cast(greenlet, me.parent)
        while True:
            loop_side.switch()()
            if len(self._free) >= MOST_FREE:
                return
            self._free.append(me)
