"""Who could hear the caller, and when: the bridges, with each Local pair a wire between two of them.

The caller sits in one bridge with half ``;1`` of a Local pair, the agent in another with half ``;2``;
the sound goes through. Asterisk's own counts (AgentComplete) are wrong after transfers, redirects and
pick-ups, so seconds are counted here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from itertools import pairwise

from callcenter.journey.legs import Leg
from callcenter.journey.records import Span


def with_caller(legs: dict[str, Leg], caller: Leg, customer: Leg | None = None) -> dict[str, list[Span]]:
    """For each phone leg but the caller's, the spans during which it and the caller were joined.

    ``customer``: whom a seat has called outside; who gets them from the caller talks with them.
    """
    joined: dict[str, list[Span]] = {
        leg.uniqueid: [] for leg in legs.values() if leg.is_phone and leg is not caller
    }
    for span in _pieces(legs):
        reached = _reached(legs, caller, span)
        if customer:
            theirs = _reached(legs, customer, span)
            reached |= theirs if len(theirs & joined.keys()) > 1 else set()
        for uniqueid in reached & joined.keys():
            joined[uniqueid].append(span)
    return {uniqueid: merged(spans) for uniqueid, spans in joined.items()}


def _pieces(legs: dict[str, Leg]) -> list[Span]:
    """The time in pieces during which nobody moves."""
    moments = sorted({at for leg in legs.values() for _, stay in leg.stays for at in (stay.start, stay.end)})
    return [Span(start, end) for start, end in pairwise(moments)]


def _reached(legs: dict[str, Leg], caller: Leg, span: Span) -> set[str]:
    """The legs the caller is joined with during ``span``, over bridges and wires."""
    reached, todo = {caller.uniqueid}, [caller.uniqueid]
    if not _bridges(caller, span):
        return reached
    places: dict[str, set[str]] = {}
    for leg in legs.values():
        if here := _bridges(leg, span):
            places[leg.uniqueid] = here | {leg.wire} if leg.wire else here
    while todo:
        here = places.get(todo.pop(), set())
        new = {uniqueid for uniqueid, there in places.items() if here & there} - reached
        reached |= new
        todo += new
    return reached


def _bridges(leg: Leg, span: Span) -> set[str]:
    """Those that it is in all the time of ``span``."""
    return {bridge for bridge, stay in leg.stays if stay.start <= span.start and span.end <= stay.end}


def merged(spans: Iterable[Span]) -> list[Span]:
    """Touching and overlapping spans as one, in order."""
    result: list[Span] = []
    for span in sorted(spans, key=lambda span: span.start):
        if result and span.start <= result[-1].end:
            result[-1] = Span(result[-1].start, max(result[-1].end, span.end))
        elif span.end > span.start:
            result.append(span)
    return result


def without(spans: Iterable[Span], holes: Iterable[Span]) -> list[Span]:
    """What is left of ``spans`` outside ``holes``."""
    left = list(spans)
    for hole in holes:
        cut = [(Span(s.start, min(s.end, hole.start)), Span(max(s.start, hole.end), s.end)) for s in left]
        left = [span for pair in cut for span in pair if span.end > span.start]
    return left


def within(spans: Iterable[Span], window: Span) -> list[Span]:
    """What of ``spans`` lies in ``window``."""
    cut = (Span(max(s.start, window.start), min(s.end, window.end)) for s in spans)
    return [span for span in cut if span.end > span.start]


def while_there(spans: Iterable[Span], leg: Leg) -> list[Span]:
    """What of ``spans`` lies in the leg's stays in bridges."""
    found = list(spans)
    return merged(part for stay in merged(stay for _, stay in leg.stays) for part in within(found, stay))


def milliseconds(spans: Iterable[Span]) -> int:
    """Their length in all."""
    return round(
        sum((span.end - span.start for span in spans), dt.timedelta()) / dt.timedelta(milliseconds=1)
    )


def between(start: dt.datetime, end: dt.datetime | None) -> int:
    """Milliseconds from ``start`` to ``end``; 0 if it hasn't ended, never negative."""
    return max(0, round((end - start) / dt.timedelta(milliseconds=1))) if end else 0
