"""Whether a phone is there, and when it was last known to be: a pure reading of what Asterisk says of it.

A phone is asked again and again (``ask``). One that stops answering is told of when the question has timed
out, so the last answered one is the last that is known. A phone that signs itself out is seen at that moment.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict, deque

ASK_SECONDS = 5.0
"""How often the phones of logged-in agents are asked. Asterisk itself asks every seat every 30 s."""
TIMEOUT = dt.timedelta(seconds=3)
"""qualify_timeout of ``pjsip/00-base.conf.j2``."""
SLACK = dt.timedelta(seconds=0.3)
MOST_A_SECOND = 100
"""Questions: 500 agents are asked every 5 s, 3,000 every 30 s, when Asterisk's own questions are enough."""
GONE = frozenset(["UNAVAILABLE", "INVALID"])
"""Device states of a phone that can't be reached."""
NOT_ANSWERED = "Unreachable"
"""A contact's status."""


class Presence:
    """What is known of each seat's phone."""

    def __init__(self) -> None:
        self._asked: defaultdict[str, deque[dt.datetime]] = defaultdict(lambda: deque(maxlen=8))
        self._alive: dict[str, dt.datetime] = {}
        self._silent: set[str] = set()
        self._gone: dict[str, dt.datetime] = {}

    def ask(self, seat: str, at: dt.datetime) -> None:
        """The phone is asked whether it is there."""
        self._asked[seat].append(at)

    def contact(self, seat: str, status: str) -> None:
        """A contact's status has changed; the device's state follows."""
        if status == NOT_ANSWERED:
            self._silent.add(seat)
        else:
            self._silent.discard(seat)

    def device(self, seat: str, state: str, at: dt.datetime) -> bool:
        """The device's state is this. True when the phone has gone or come back by it."""
        if state not in GONE:
            self._alive[seat] = at
            self._silent.discard(seat)
            return self._gone.pop(seat, None) is not None
        if seat in self._gone:
            return False
        self._gone[seat] = at
        return True

    def is_gone(self, seat: str, now: dt.datetime, at_least: dt.timedelta) -> bool:
        """Whether the phone is gone, and has been for so long."""
        return seat in self._gone and now - self._gone[seat] >= at_least

    def last_seen(self, seat: str) -> dt.datetime | None:
        """When a phone that is gone was last known to be there; None while it is there.

        To be asked a little later: what tells of the contact may come after what tells of the device.
        """
        at = self._gone.get(seat)
        return self._answered(seat, at) if at is not None and seat in self._silent else at

    def _answered(self, seat: str, at: dt.datetime) -> dt.datetime:
        """The question before the one that timed out was answered, if there was one; what was heard later counts."""
        out = [asked for asked in self._asked[seat] if asked <= at - TIMEOUT + SLACK]
        heard = [out[-2]] if len(out) > 1 else []
        heard += [self._alive[seat]] if seat in self._alive else []
        return min(max(heard, default=at - TIMEOUT), at)


def pace(seats: int) -> float:
    """Seconds between two questions, so that each phone is asked as often as it should be and no faster."""
    return max(ASK_SECONDS / max(seats, 1), 1 / MOST_A_SECOND)
