"""How often somebody has tried lately; pure: the moment is passed in."""

from __future__ import annotations

from collections import OrderedDict, deque

KEPT = 10_000
"""Who has tried longest ago is forgotten first, so that no crowd fills the memory."""


class Tries:
    """At most ``most`` tries in ``seconds`` for each one who tries."""

    def __init__(self, most: int, seconds: float) -> None:
        self._most, self._seconds = most, seconds
        self._tries: OrderedDict[str, deque[float]] = OrderedDict()

    def add(self, who: str, now: float) -> None:
        """Somebody has tried."""
        known = self._tries.setdefault(who, deque(maxlen=self._most))
        known.append(now)
        self._tries.move_to_end(who)
        while len(self._tries) > KEPT:
            self._tries.popitem(last=False)

    def too_many(self, who: str, now: float) -> bool:
        """Whether they have to wait."""
        known = self._tries.get(who)
        return known is not None and len(known) == self._most and now - known[0] < self._seconds
