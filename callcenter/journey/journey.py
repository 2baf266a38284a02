"""One call: a set of events that only grows, and the record it comes to.

The record is a pure function of the set, so events may come twice, in any order, from several sources,
and two journeys that turn out to be one call are simply united.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left
from collections.abc import Iterator

from callcenter.events import CallVanished, Consulted, Event, LegEnded, LegStarted
from callcenter.journey import stays, talk, visits
from callcenter.journey.legs import Endpoints, Leg, build, caller_of, cast
from callcenter.journey.records import CallRecord, LegRecord, Span
from callcenter.journey.sift import sift

DIALPLAN = "dialplan/"
PACKET = dt.timedelta(milliseconds=20)
"""Two phones enter their bridge some milliseconds apart: what is shorter was not heard by anybody."""


class Journey:
    """What is known of one call. ``names`` are the channels, linkedids and bridges that lead to it."""

    def __init__(self) -> None:
        self.names: set[str] = set()
        self._aside: set[Event] = set()
        self._empty()

    def _empty(self) -> None:
        self.first_at = dt.datetime.max.replace(tzinfo=dt.UTC)
        self.last_at = dt.datetime.min.replace(tzinfo=dt.UTC)
        self._events: set[Event] = set()
        self._started: set[str] = set()
        self._ended: set[str] = set()
        self._vanished = False

    def add(self, event: Event) -> bool:
        """Take an event in; False if it was known."""
        if event in self._events or event in self._aside:
            return False
        self._events.add(event)
        self.first_at = min(self.first_at, event.at)
        self.last_at = max(self.last_at, event.at)
        if isinstance(event, LegStarted):
            self._started.add(event.uniqueid)
        elif isinstance(event, LegEnded):
            self._ended.add(event.uniqueid)
        elif isinstance(event, CallVanished):
            self._vanished = True
        return True

    def unite(self, other: Journey) -> None:
        """Both are one call."""
        self.names |= other.names
        self._aside |= other._aside
        for event in other._events:
            self.add(event)

    def set_aside_spoilers(self, endpoints: Endpoints) -> list[Event]:
        """Take out, for good, the events with which no record can be made of the others; gives them."""
        found = _spoilers(self._events, endpoints)
        kept = self._events - set(found)
        self._aside.update(found)
        self._empty()
        for event in kept:
            self.add(event)
        return found

    @property
    def is_closed(self) -> bool:
        """Every leg that began has ended."""
        return bool(self._started) and (self._vanished or self._started <= self._ended)

    @property
    def legs_up(self) -> set[str]:
        """Uniqueids of the channels that began and have not ended, as far as is known."""
        return set() if self._vanished else self._started - self._ended

    @property
    def has_legs(self) -> bool:
        """Whether a channel was seen to begin: without one there is no record."""
        return bool(self._started)

    def record(self, endpoints: Endpoints) -> CallRecord | None:
        """The call as rows; None while no phone's leg is known."""
        events = sift(self._events)
        legs = dict(sorted(build(events).items(), key=lambda item: (item[1].started_at, item[0])))
        caller = caller_of(legs)
        if caller is None:
            return None
        roles = cast(legs, caller, endpoints)
        records = _legs(legs, caller, roles, endpoints)
        scene = visits.Scene(events, legs, caller, records)
        return CallRecord(
            call_id=_root(caller),
            direction=_direction(caller, records, endpoints),
            trunk=_trunk(records, endpoints),
            did=caller.exten,
            caller=caller.caller,
            started_at=caller.started_at,
            answered_at=caller.answered_at,
            ended_at=max(leg.ended_at or caller.started_at for leg in legs.values())
            if self.is_closed
            else None,
            state="closed" if self.is_closed else "open",
            ended_by=_ended_by(scene) if self.is_closed else None,
            cause=caller.cause,
            legs=records,
            visits=visits.visits(stays.stays(events, roles), scene),
            aliases=tuple(sorted({_root(leg) for leg in legs.values()} - {_root(caller)})),
            consults=any(
                isinstance(event, Consulted) and event.uniqueid == caller.uniqueid for event in events
            ),
        )


def _spoilers(events: set[Event], endpoints: Endpoints) -> list[Event]:
    left, found = sorted(events, key=lambda event: event.at), []
    while not _can_be_told(left, endpoints):
        good = bisect_left(
            range(1, len(left)), True, key=lambda count: not _can_be_told(left[:count], endpoints)
        )
        found.append(left.pop(good))
    return found


def _can_be_told(events: list[Event], endpoints: Endpoints) -> bool:
    journey = Journey()
    for event in events:
        journey.add(event)
    try:
        journey.record(endpoints)
    except Exception:  # whatever it is: the question is whether there is any
        return False
    return True


def _root(leg: Leg) -> str:
    return leg.linkedid or leg.uniqueid


def _legs(
    legs: dict[str, Leg], caller: Leg, roles: dict[str, tuple[str, str | None]], endpoints: Endpoints
) -> tuple[LegRecord, ...]:
    joined = talk.with_caller(legs, caller, _customer(legs, caller, roles, endpoints))
    talks = {uniqueid: talk.without(spans, legs[uniqueid].holds) for uniqueid, spans in joined.items()}
    for spans_of in (talks, joined):
        every = talk.merged(span for spans in spans_of.values() for span in spans)
        spans_of[caller.uniqueid] = talk.while_there(every, caller)
    return tuple(
        _leg(leg, roles[uniqueid], talks.get(uniqueid, []), joined.get(uniqueid, []))
        for uniqueid, leg in legs.items()
    )


def _customer(
    legs: dict[str, Leg], caller: Leg, roles: dict[str, tuple[str, str | None]], endpoints: Endpoints
) -> Leg | None:
    """Whom a seat has reached outside."""
    if caller.endpoint not in endpoints.seats:
        return None
    outside = (leg for uniqueid, leg in legs.items() if roles[uniqueid][0] == "outside")
    return next((leg for leg in outside if leg.answered_at), None)


def _leg(leg: Leg, role: tuple[str, str | None], talks: list[Span], joined: list[Span]) -> LegRecord:
    talk_ms = talk.milliseconds(talks)
    return LegRecord(
        uniqueid=leg.uniqueid,
        channel=leg.channel,
        kind=role[0],
        endpoint=leg.endpoint,
        agent=role[1],
        started_at=leg.started_at,
        answered_at=leg.answered_at,
        ended_at=leg.ended_at,
        cause=leg.cause,
        ring_ms=talk.between(leg.started_at, leg.answered_at or leg.ended_at),
        talk_ms=talk_ms,
        hold_ms=talk.milliseconds(joined) - talk_ms,
        talks=tuple(talks),
        apart=tuple(_apart(leg, joined)) if leg.ended_at else (),
    )


def _apart(leg: Leg, joined: list[Span]) -> Iterator[tuple[int, int]]:
    """Where it was joined with others than the caller, in the time that its recording knows."""
    stays = talk.merged(stay for _, stay in leg.stays)

    def at(moment: dt.datetime) -> int:
        return talk.milliseconds(talk.within(stays, Span(leg.started_at, moment)))

    for span in talk.without(stays, joined) if joined else []:
        if span.end - span.start >= PACKET:
            yield at(span.start), at(span.end)


def _direction(caller: Leg, records: tuple[LegRecord, ...], endpoints: Endpoints) -> str:
    if caller.endpoint not in endpoints.seats:
        return "inbound"
    return "outbound" if any(leg.kind == "outside" for leg in records) else "inside"


def _trunk(records: tuple[LegRecord, ...], endpoints: Endpoints) -> str | None:
    """The trunk the call came in on, or went out on: of several tried, the one that was answered."""
    lines = [leg for leg in records if leg.endpoint in endpoints.trunks]
    by_answer = sorted(lines, key=lambda leg: (leg.kind != "caller", leg.answered_at is None))
    return by_answer[0].endpoint if by_answer else None


def _ended_by(scene: visits.Scene) -> str | None:
    """caller, agent (anybody on the other side), hotline (the dialplan), or pbx_restart.

    Asterisk's hang-up source tells; where it names the other side (or is unknown, without the ledger), it is
    believed only of a caller who was joined to the end.
    """
    caller, by = scene.caller, scene.caller.ended_by
    if scene.vanished_at:
        return "pbx_restart"
    if by == caller.channel:
        return "caller"
    if by and by.startswith(DIALPLAN):
        return "hotline"
    last = max((stay.end for _, stay in caller.stays), default=None)
    if last and caller.ended_at and caller.ended_at - last < visits.AT_ONCE:
        return scene.left_first(Span(caller.started_at, caller.ended_at))
    return "hotline" if by else None
