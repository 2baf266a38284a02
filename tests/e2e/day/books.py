"""The books of a day: what SIPp counted, the rows, the ledger and the files must be of as many calls."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from lab.sipp_messages import Rung
from schema.base import Base
from schema.calls import CallbackRequest, Leg, Recording, Score, SurveyAnswer, Visit, VoicemailMessage
from tests.e2e import site_day
from tests.e2e.crowd import PLAYABLE
from tests.e2e.day.kept import Kept
from tests.e2e.day.kinds import Kind
from tests.e2e.day.plan import Planned
from tests.e2e.house import House

Books = Mapping[str, tuple[int, ...]]


def books(
    house: House,
    planned: Mapping[Kind, Sequence[Planned]],
    found: Kept,
    rung: Sequence[Rung],
    agents: Sequence[str],
) -> Books:
    """Each entry as all of its keepers have it; those of a right one are alike."""
    ids = {call.call_id for call in found.calls}
    calls = sum(map(len, planned.values()))

    def mine(table: type[Base]) -> list[Any]:
        return [row for row in house.rows(table) if row.call_id in ids]

    ends = [line["linkedid"] for line in house.ledger(eventtype="LINKEDID_END")]
    agents_rung = [one for one in rung if one.account in agents]
    talks = sum(one.answered_at is not None for one in agents_rung)
    outside = sum(one.answered_at is not None for one in rung if one.account not in agents)
    visits = mine(Visit)
    answered = Counter(row.outcome for row in visits)["answered"]
    recordings = [row for row in mine(Recording) if row.state in PLAYABLE]
    legs = mine(Leg)
    scores = Counter(row.outcome for row in mine(Score))
    folder = house.app.settings.recordings
    return {
        "calls: SIPp, rows, closed, ends in the ledger": (
            calls,
            len(ids),
            sum(call.state == "closed" for call in found.calls),
            len([each for each in ends if each in ids]),
        ),
        "rings of agents: SIPp, legs": (len(agents_rung), sum(leg.kind == "agent" for leg in legs)),
        "talks of agents: SIPp, visits, legs, recordings, files, scores": (
            talks,
            answered,
            sum(leg.kind == "agent" and leg.talk_ms > 0 for leg in legs),
            len(recordings),
            sum((folder / row.path).is_file() for row in recordings),
            sum(scores.values()),
        ),
        "talks of others: SIPp, legs": (
            outside,
            sum(leg.kind in ("seat", "outside") and leg.talk_ms > 0 for leg in legs),
        ),
        "scores: callers who press, scores": (_count(planned, lambda kind: kind.scored), scores["scored"]),
        "messages: callers, mailbox": (_of(planned, site_day.SHUT), len(mine(VoicemailMessage))),
        "surveys: asked, scores that say so": (
            len(mine(SurveyAnswer)),
            scores.total() - scores["not_offered"],
        ),
        "call-backs: callers, requests": (
            _count(planned, lambda kind: kind.outcomes == (("key-9",),)),
            len(mine(CallbackRequest)),
        ),
    }


def unbalanced(found: Books) -> list[str]:
    """The entries whose keepers do not agree."""
    return [f"{name}: {values}" for name, values in found.items() if len(set(values)) > 1]


def _count(planned: Mapping[Kind, Sequence[Planned]], wanted: Callable[[Kind], bool]) -> int:
    return sum(len(calls) for kind, calls in planned.items() if wanted(kind))


def _of(planned: Mapping[Kind, Sequence[Planned]], number: str) -> int:
    return _count(planned, lambda kind: kind.dials == number)
