"""The open calls: each event finds its call by the names it carries.

One call is: the same linkedid; else a shared bridge; else the channels of one transfer; else our own
channel id. Names are never forgotten while the call is kept, so a linkedid that changed still leads to it, and
an event that names two calls proves them to be one, in whatever order the events come.
"""

from __future__ import annotations

import datetime as dt
from collections import OrderedDict

from callcenter.events import Event
from callcenter.journey.journey import Journey
from callcenter.journey.legs import Endpoints
from callcenter.journey.records import CallRecord

SETTLE = dt.timedelta(seconds=5)
"""A closed call is taken this long after its last event: the ledger's last lines may lag."""
GIVE_UP = dt.timedelta(hours=1)
"""A call of which no channel's beginning was ever seen is forgotten after such a silence."""
KEEP_CLOSED = 500
"""So many taken calls are still kept for events that come later yet; the oldest are forgotten."""
KEEP_NAMES = 8_000
"""So many names of forgotten calls are remembered, so that a straggler makes no ghost of a call: those of the last
1,500 calls and more, five to six each, where stragglers come within seconds."""


class JourneyBook:
    """Routes events to calls. Not for several threads at once."""

    def __init__(self, endpoints: Endpoints) -> None:
        self.endpoints = endpoints
        self.stragglers = 0
        """Events of calls already forgotten: counted and dropped."""
        self._by_name: dict[str, Journey] = {}
        self._open: dict[Journey, None] = {}
        self._taken: OrderedDict[Journey, None] = OrderedDict()
        self._dirty: dict[Journey, None] = {}
        self._forgotten: OrderedDict[str, None] = OrderedDict()

    def add(self, event: Event) -> bool:
        """Take an event in; False if it was known or came too late. A taken call it changes is open again."""
        names = [name for name in event.names() if name]
        journey = self._find(names)
        if journey is None:
            self.stragglers += 1
            return False
        if not journey.add(event):
            return False
        self._dirty[journey] = None
        if journey in self._taken:
            del self._taken[journey]
            self._open[journey] = None
        return True

    def _find(self, names: list[str]) -> Journey | None:
        """The call these names lead to, all of them united; a new one if none; None for a forgotten one."""
        journey: Journey | None = None
        for name in names:
            found = self._by_name.get(name)
            if journey is None:
                journey = found
            elif found is not None and found is not journey:
                journey = self._unite(journey, found)
        if journey is None:
            if self._forgotten and any(name in self._forgotten for name in names):
                return None
            journey = Journey()
            self._open[journey] = None
        for name in names:
            if name not in journey.names:
                journey.names.add(name)
                self._by_name[name] = journey
        return journey

    def _unite(self, one: Journey, other: Journey) -> Journey:
        big, small = (one, other) if len(one.names) >= len(other.names) else (other, one)
        for name in small.names:
            self._by_name[name] = big
        big.unite(small)
        for calls in (self._open, self._taken, self._dirty):
            calls.pop(small, None)
        self._taken.pop(big, None)
        self._open[big] = self._dirty[big] = None
        return big

    def knows(self, name: str) -> bool:
        """Whether a call that is still kept has this channel, linkedid or bridge."""
        return name in self._by_name

    def open_calls(self) -> list[Journey]:
        """The calls not yet taken."""
        return list(self._open)

    def dirty(self) -> list[Journey]:
        """The calls that changed since this was asked last."""
        changed = list(self._dirty)
        self._dirty.clear()
        return changed

    def take_closed(self, now: dt.datetime) -> list[CallRecord]:
        """The final records of calls that ended and have been quiet. Later events may still amend them."""
        return [record for one in self.let_go(now) if (record := one.record(self.endpoints))]

    def let_go(self, now: dt.datetime) -> list[Journey]:
        """The same calls as journeys: who has written all that was dirty knows their records already."""
        quiet = [journey for journey in self._open if journey.is_closed and now - journey.last_at >= SETTLE]
        for journey in quiet:
            del self._open[journey]
            self._dirty.pop(journey, None)
            self._taken[journey] = None
        while len(self._taken) > KEEP_CLOSED:
            self._forget(self._taken.popitem(last=False)[0])
        self._give_up(now)
        return quiet

    def _give_up(self, now: dt.datetime) -> None:
        for journey in [j for j in self._open if not j.has_legs and now - j.last_at >= GIVE_UP]:
            del self._open[journey]
            self._dirty.pop(journey, None)
            self._forget(journey)

    def _forget(self, journey: Journey) -> None:
        for name in journey.names:
            del self._by_name[name]
            self._forgotten[name] = None
        while len(self._forgotten) > KEEP_NAMES:
            self._forgotten.popitem(last=False)
