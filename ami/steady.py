"""One clock for each call, though the machine's was set while the call was up.

Events bear the time of day. Set back, the clock would tell an end before its beginning; set on, it would make
talk up. So all that happens to a call is told by the clock that showed when the call was first heard of. A listener
that starts later knows nothing of it.
"""

from __future__ import annotations

import datetime as dt
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace

import structlog

from callcenter.events import Event
from callcenter.ports import Clock

log = structlog.get_logger()
LEAST = dt.timedelta(seconds=1)
"""What the clock is set by at least: less is its being kept right."""
CALLS = 4_000
"""So many calls are known by the clock they began by, four times what one Asterisk holds; the oldest are forgotten."""
Told = Callable[[Event], Event]


def as_it_is(event: Event) -> Event:
    """For events whose clock is not ours, as of a ledger that was brought here."""
    return event


class Steady:
    """Hears the events of calls as they happen. ``passed`` counts on, however the clock is set."""

    def __init__(self, clock: Clock, passed: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._passed = passed
        self._began = self._beginning()
        self._by = self._last_by = dt.timedelta()
        """What the clock was set on by since the start, and what the last time."""
        self._known: OrderedDict[str, dt.timedelta] = OrderedDict()

    def told(self, event: Event) -> Event:
        """The event by its call's clock."""
        self._look()
        by = self._by - self._last_by if self._is_older(event.at) else self._by
        more = by - self._known.setdefault(event.linkedid or event.uniqueid, by)
        if len(self._known) > CALLS:
            self._known.popitem(last=False)
        return replace(event, at=event.at - more) if more else event

    def _beginning(self) -> dt.datetime:
        """When ``passed`` was 0, by the clock as it is set."""
        return self._clock() - dt.timedelta(seconds=self._passed())

    def _look(self) -> None:
        now = self._beginning()
        by, self._began = now - self._began, now
        if abs(by) > LEAST:
            self._by, self._last_by = self._by + by, by
            log.warning("listener.clock_set", by_seconds=round(by.total_seconds(), 1))

    def _is_older(self, at: dt.datetime) -> bool:
        """Whether this moment is by the clock as it was before it was set last."""
        now = self._clock()
        return abs(at - (now - self._last_by)) < abs(at - now)
