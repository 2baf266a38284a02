"""How long a caller will wait: from how long calls have taken lately and how many agents serve the queue.

Pure. What a caller is told never grows while they wait: an estimate is a moment, and only an earlier one replaces it.
"""

from __future__ import annotations

import datetime as dt
from collections import deque
from collections.abc import Iterable
from math import ceil

from callcenter.queues.live import LiveQueue

CALLS = 20
"""So many of the latest calls are looked at."""
ENOUGH = 3
"""With fewer than these nothing is foretold."""
AWAY = ("0", "4", "5")
"""Device states of a phone that can't be rung: unknown, invalid, unavailable."""


class Pace:
    """How long the latest calls of a queue kept an agent, in seconds."""

    def __init__(self, taken: Iterable[float] = ()) -> None:
        self._taken = deque(taken, CALLS)

    def add(self, seconds: float) -> None:
        """One more call was served."""
        self._taken.append(seconds)

    def add_earlier(self, taken: Iterable[float]) -> None:
        """What was served before all that is known, the oldest first."""
        self._taken = deque([*taken, *self._taken], CALLS)

    @property
    def seconds(self) -> float | None:
        """The mean; None while too few are known."""
        return sum(self._taken) / len(self._taken) if len(self._taken) >= ENOUGH else None


def serving(queue: LiveQueue) -> int:
    """Agents who take this queue's calls now or after the call they have."""
    return sum(not one.paused and one.status not in AWAY for one in queue.members.values())


def expected_wait(place: int, pace: float | None, agents: int) -> float | None:
    """Seconds until the caller at ``place`` (from 1) is answered; None when it can't be told."""
    if pace is None or agents < 1:
        return None
    return pace * place / agents


def until(before: dt.datetime | None, now: dt.datetime, seconds: float | None) -> dt.datetime | None:
    """The moment foretold now: never later than the one ``before``."""
    found = None if seconds is None else now + dt.timedelta(seconds=seconds)
    if before is None or found is None:
        return found if before is None else before
    return min(before, found)


def minutes(foretold: dt.datetime, now: dt.datetime) -> int:
    """Whole minutes to say, rounded up; 0 for less than one."""
    left = (foretold - now).total_seconds()
    return ceil(left / 60) if left >= 60 else 0
