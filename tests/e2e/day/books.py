"""The books of a day: what SIPp counted, the rows, the ledger and the files must be of as many calls."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from callcenter.agents import supervision
from callcenter.queues.virtual_hold import place_of
from lab.sipp_messages import Rung
from schema.base import Base
from schema.calls import CallbackRequest, Leg, Recording, Score, SurveyAnswer, Visit, VoicemailMessage
from schema.config import Audit
from schema.recordings import RecordingDecision
from schema.waiting import KeptPlace
from tests.e2e import site_day
from tests.e2e.crowd import PLAYABLE
from tests.e2e.day.agents_times import Talked
from tests.e2e.day.kept import Kept
from tests.e2e.day.kinds import Kind
from tests.e2e.day.plan import Planned
from tests.e2e.house import House
from tests.e2e.site_day_hands import LINES
from tests.e2e.telephony_site import seat_of

Books = Mapping[str, tuple[int, ...]]
DEEDS = {"supervised": 3, "taken_over": 1, "picked_up": 1, "put_out": 1}
"""How often a supervisor does something with each call of a kind."""
AUDITED = {f"call.{deed}" for deed in supervision.DEEDS}


def books(
    house: House,
    planned: Mapping[Kind, Sequence[Planned]],
    calls: int,
    found: Kept,
    rung: Sequence[Rung],
    talked: Sequence[Talked],
    agents: Collection[str],
) -> Books:
    """Each entry as all of its keepers have it; those of a right one are alike.

    ``calls``: the planned ones and those dialled in their course by codes; ``rung``: calls to phones; ``talked``:
    talks at softphones.
    """
    ids = {call.call_id for call in found.calls}

    def mine(table: type[Base]) -> list[Any]:
        return [row for row in house.rows(table) if row.call_id in ids]

    ends = [line["linkedid"] for line in house.ledger(eventtype="LINKEDID_END")]
    agents_rung = [one for one in rung if one.account in agents]
    outside = sum(one.answered_at is not None for one in rung if one.account not in agents)
    beside = {seat_of(line.colleague) for line in LINES}
    colleagues = sum(one.account in beside for one in talked)
    talks = sum(one.answered_at is not None for one in agents_rung)
    visits = mine(Visit)
    answered = Counter(row.outcome for row in visits)["answered"]
    consents = Counter(row.consent for row in mine(RecordingDecision))
    refused = _count(planned, lambda kind: kind.consent == "refused")
    kept_places = [row for row in house.rows(KeptPlace) if row.call_id in ids]
    returned = [call.call_id for call in found.calls if place_of(call.call_id) is not None]
    deeds = [row for row in house.rows(Audit) if row.subject in ids and _is_done(row)]
    recordings = [row for row in mine(Recording) if row.state in PLAYABLE]
    legs = mine(Leg)
    scores = Counter(row.outcome for row in mine(Score))
    folder = house.app.settings.recordings
    return {
        "calls: phones, rows, closed, ends in the ledger": (
            calls + _count(planned, lambda kind: kind.way == "kept"),
            len(ids),
            sum(call.state == "closed" for call in found.calls),
            len([each for each in ends if each in ids]),
        ),
        "rings of agents: phones, legs": (len(agents_rung), sum(leg.kind == "agent" for leg in legs)),
        "talks of agents: phones, legs": (
            talks,
            sum(leg.kind == "agent" and leg.talk_ms > 0 for leg in legs),
        ),
        "talks of others: phones, legs": (
            outside + colleagues,
            sum(leg.kind in ("seat", "outside") and leg.talk_ms > 0 for leg in legs),
        ),
        "served: phones, visits, scores": (
            talks + _count(planned, lambda kind: kind.way == "picked_up"),
            answered,
            sum(scores.values()),
        ),
        "recorded: talks, recordings, files": (
            talks + colleagues - refused,
            len(recordings),
            sum((folder / row.path).is_file() for row in recordings),
        ),
        "scores: callers who press, scores": (_count(planned, lambda kind: kind.scored), scores["scored"]),
        "messages: callers, mailbox": (_of(planned, site_day.SHUT), len(mine(VoicemailMessage))),
        "surveys: asked, scores that say so": (
            len(mine(SurveyAnswer)),
            scores.total() - scores["not_offered"],
        ),
        "call-backs: callers, requests": (
            _count(planned, lambda kind: kind.outcomes[0][:1] in (("key-9",), ("key-3",))),
            len(mine(CallbackRequest)),
        ),
        "called back: who kept the place, places served, calls, stays answered": (
            _count(planned, lambda kind: kind.way == "kept"),
            sum(place.state == "done" for place in kept_places),
            len(returned),
            sum(row.outcome == "answered" and row.call_id in returned for row in visits),
        ),
        **{
            f"recording {said}: callers, decisions": (
                _count(planned, lambda kind: kind.consent == said),  # noqa: B023
                consents[said],
            )
            for said in ("agreed", "refused", "told")
        },
        "supervisors' deeds: codes, audit log": (
            sum(DEEDS.get(kind.way, 0) * len(those) for kind, those in planned.items()),
            len(deeds),
        ),
    }


def _is_done(row: Audit) -> bool:
    """A supervisor's deed; what agents do with their calls is not counted here."""
    return row.action in AUDITED and row.detail.get("outcome") == "done"


def credited(house: House, found: Kept) -> dict[str, float]:
    """By agent: the seconds of talk with callers that their legs have."""
    ids = {call.call_id for call in found.calls}
    seconds: Counter[str] = Counter()
    for leg in house.rows(Leg):
        if leg.call_id in ids and leg.agent and leg.kind != "caller":
            seconds[leg.agent] += leg.talk_ms
    return {agent: each / 1000 for agent, each in seconds.items()}


def unbalanced(found: Books) -> list[str]:
    """The entries whose keepers do not agree."""
    return [f"{name}: {values}" for name, values in found.items() if len(set(values)) > 1]


def _count(planned: Mapping[Kind, Sequence[Planned]], wanted: Callable[[Kind], bool]) -> int:
    return sum(len(calls) for kind, calls in planned.items() if wanted(kind))


def _of(planned: Mapping[Kind, Sequence[Planned]], number: str) -> int:
    return _count(planned, lambda kind: kind.dials == number)
