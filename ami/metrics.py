"""What the listener knows of itself, Asterisk and the queues, told when somebody asks."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping

from ami.process import Watch
from callcenter.health.families import Families, counter, gauge, gauges
from callcenter.ports import Clock
from callcenter.queues.live import LiveQueue, Member

AWAY_SECONDS = 15.0
"""A database that takes no writes so long keeps the listener from its work."""


class Followed:
    """The figures of one Asterisk, out of what the listener has in memory."""

    def __init__(self, watch: Watch, clock: Clock) -> None:
        self._watch = watch
        self._clock = clock

    def troubles(self) -> dict[str, str]:
        """What keeps the listener from its work."""
        listener, connected = self._watch.listener, self._watch.connection.is_up
        found = {} if connected else {"asterisk": f"no manager connection: {self._watch.connection.reason}"}
        if connected and not self._watch.queues.is_known:
            found["queues"] = "they are not known yet"
        away = listener.away_seconds(self._clock())
        if away > AWAY_SECONDS:
            found["database"] = f"it has taken no writes for {away:.0f} s"
        return found

    def collect(self) -> Families:
        """The connection, the book, and each queue."""
        listener, now = self._watch.listener, self._clock()
        yield gauge("hotline_ami_up", "Whether the manager connection is up", self._watch.connection.is_up)
        yield counter("hotline_ami_events", "Manager events heard", listener.heard)
        yield counter("hotline_ami_events_lost", "Events there was no room for", listener.overflowed)
        yield gauge("hotline_ami_inbox", "Events that wait to be booked", listener.waiting)
        yield gauge("hotline_calls_open", "Calls that are up", len(list(listener.book.open_calls())))
        yield gauge(
            "hotline_calls_unwritten", "Calls and gaps that wait for the database", self._watch.keeper.waiting
        )
        yield gauge(
            "hotline_database_away_seconds", "Since when it takes no writes", listener.away_seconds(now)
        )
        queues = self._watch.queues
        yield from _queues(queues.live.queues if queues.is_known else {}, now)


def _queues(queues: Mapping[str, LiveQueue], now: dt.datetime) -> Families:
    waiting = {(name,): float(len(queue.callers)) for name, queue in queues.items()}
    longest = {
        (name,): float(max((caller.waited(now) for caller in queue.callers), default=0))
        for name, queue in queues.items()
    }
    members: dict[tuple[str, str], float] = {}
    for name, queue in queues.items():
        found = Counter(_state(member) for member in queue.members.values())
        members |= {(name, state): float(found[state]) for state in STATES}
    yield gauges("hotline_queue_callers", "Callers who wait", ["queue"], waiting)
    yield gauges("hotline_queue_longest_wait_seconds", "Of those who wait now", ["queue"], longest)
    yield gauges("hotline_queue_members", "Agents in the queue", ["queue", "state"], members)


STATES = ("free", "busy", "paused")


def _state(member: Member) -> str:
    if member.paused:
        return "paused"
    return "free" if member.is_free else "busy"
