"""A record told in the lines of ``expected_calls.py``."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from callcenter.journey import CallRecord, LegRecord, VisitRecord, scores

SURVEYS = {"sales": "happy"}


def told(call: CallRecord) -> list[list[str]]:
    """Every line as its words; wires are left out."""
    return [line.split() for line in _lines(call)]


def _lines(call: CallRecord) -> Iterator[str]:
    begun = call.started_at
    who = _words(call.direction, call.trunk, call.did, call.caller)
    yield f"call {who} | {_at(begun, call.answered_at, call.ended_at)} | {_words(call.ended_by, call.cause)}"
    for leg in call.legs:
        if leg.kind != "local":
            yield f"leg {_leg(leg, begun)}"
    for visit in call.visits:
        yield f"visit {_visit(visit, begun)}"
    for score in scores(call, SURVEYS):
        yield f"score {_words(score.outcome, score.reason, score.agent)}"


def _leg(leg: LegRecord, begun: dt.datetime) -> str:
    times = _at(begun, leg.started_at, leg.answered_at, leg.ended_at)
    spent = _words(*(ms / 1000 for ms in (leg.ring_ms, leg.talk_ms, leg.hold_ms)))
    return f"{_words(leg.kind, leg.endpoint, leg.agent)} | {times} | {spent}"


def _visit(visit: VisitRecord, begun: dt.datetime) -> str:
    times = _at(begun, visit.joined_at, visit.answered_at, visit.left_at)
    spent = _words((visit.wait_ms or 0) / 1000, visit.talk_ms / 1000)
    how = _words(visit.outcome, visit.key, visit.agent)
    return f"{_words(visit.queue, visit.position)} | {times} | {how} | {spent} | {_words(visit.ended_by)}"


def _at(begun: dt.datetime, *moments: dt.datetime | None) -> str:
    return _words(*((moment - begun).total_seconds() if moment else None for moment in moments))


def _words(*values: object) -> str:
    return " ".join(
        "-" if v is None else str(round(v, 1)) if isinstance(v, float) else str(v) for v in values
    )
