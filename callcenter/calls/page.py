"""One call on one page: every step and its reason, each wait, leg, recording and score, in order of time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from callcenter.errors import NotFound
from callcenter.queues.returned import calls_for, places_of
from schema.base import Base
from schema.calls import Call as CallRow
from schema.calls import CallbackRequest, Leg, Recording, Score, Step, Visit, VoicemailMessage
from schema.peers import LinkedCall
from schema.recordings import RecordingDecision
from schema.routing import Decision
from schema.surveys import SurveyReply
from schema.waiting import KeptPlace

MOMENT = "%Y-%m-%d %H:%M:%S"
SHOWN_LEGS = ("agent", "seat", "outside")


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that happened. ``at`` is UTC."""

    at: dt.datetime
    what: str
    text: str


@dataclass(frozen=True, slots=True)
class CallPage:
    """Everything kept of one call."""

    call: CallRow
    steps: list[Step]
    visits: list[Visit]
    legs: list[Leg]
    recordings: list[Recording]
    scores: list[Score]
    voicemails: list[VoicemailMessage]
    callbacks: list[CallbackRequest]
    replies: list[SurveyReply] = field(default_factory=list)
    decisions: list[RecordingDecision] = field(default_factory=list)
    routing: list[Decision] = field(default_factory=list)
    kept_places: list[KeptPlace] = field(default_factory=list)
    returned: list[CallRow] = field(default_factory=list)
    """Calls in which the customer of a place was rung."""
    linked: list[LinkedCall] = field(default_factory=list)
    """Where it came from over a link to another site."""

    def as_dict(self) -> dict[str, Any]:
        """The rows as plain values for JSON; the call's own columns at the top."""
        parts = (
            "routing",
            "steps",
            "visits",
            "legs",
            "recordings",
            "decisions",
            "scores",
            "voicemails",
            "callbacks",
            "replies",
            "kept_places",
            "returned",
            "linked",
        )
        return columns(self.call) | {part: [columns(row) for row in getattr(self, part)] for part in parts}

    def lines(self) -> list[Line]:
        """The journey in order of time; at the same moment the end comes last."""
        parts = (
            self._decision_lines(),
            self._step_lines(),
            self._visit_lines(),
            self._leg_lines(),
            self._callback_lines(),
            self._end_lines(),
        )
        return sorted(
            (line for part in parts for line in part), key=lambda line: (line.at, line.what == "end")
        )

    def _in_call(self, at: dt.datetime) -> dt.datetime:
        """The call's own steps are none after its end: the hang-up is noticed a little later."""
        return min(at, self.call.ended_at) if self.call.ended_at else at

    def _step_lines(self) -> Iterator[Line]:
        for step in self.steps:
            heard = f" heard {', '.join(step.heard)};" if step.heard else ""
            keys = f" keys {step.keys};" if step.keys else ""
            then = f" → {step.next}" if step.next else ""
            text = f"{step.flow}/{step.step}:{heard}{keys} {step.outcome}{then} ({step.reason})"
            yield Line(self._in_call(step.at), step.kind, text)

    def _decision_lines(self) -> Iterator[Line]:
        for link in self.linked:
            text = f"came from site {link.site}; began there or further away as call {link.joint_id}"
            yield Line(link.at, "site", text)
        for decision in self.routing:
            text = " → ".join((*decision.reasons, decision.destination))
            about = "" if decision.about == "call" else f"{decision.about}: "
            yield Line(self._in_call(decision.at), "route", f"{about}{text}")

    def _visit_lines(self) -> Iterator[Line]:
        for visit in self.visits:
            place = f" at place {visit.position}" if visit.position else ""
            yield Line(visit.joined_at, "wait", f"joined queue {visit.queue}{place}")
            if visit.left_at is not None:
                waited = f" after {seconds(visit.wait_ms)}" if visit.wait_ms is not None else ""
                who = f" by agent {visit.agent}" if visit.agent else ""
                at = self._in_call(visit.answered_at or visit.left_at)
                yield Line(at, "wait", f"left queue {visit.queue}: {visit.outcome}{who}{waited}")

    def _leg_lines(self) -> Iterator[Line]:
        for leg in self.legs:
            if leg.kind in SHOWN_LEGS:
                who = f"agent {leg.agent} on {leg.endpoint}" if leg.agent else f"{leg.endpoint}"
                spent = f"rang {seconds(leg.ring_ms)}, talked {seconds(leg.talk_ms)}"
                hold = f", held {seconds(leg.hold_ms)}" if leg.hold_ms else ""
                yield Line(leg.started_at, "leg", f"{who}: {spent}{hold}")

    def _callback_lines(self) -> Iterator[Line]:
        for request in self.callbacks:
            yield Line(request.asked_at, "callback", f"call {request.number} back from queue {request.queue}")
        for place in self.kept_places:
            if place.call_id != self.call.call_id:
                text = f"the place of call {place.call_id} in queue {place.queue}: {place.state}"
                yield Line(self.call.started_at, "callback", text)
        for back in self.returned:
            if back.call_id != self.call.call_id:
                yield Line(back.started_at, "callback", f"{back.caller} was rung in call {back.call_id}")

    def _credit(self, score: Score) -> str:
        """Why the score is its agent's, where the caller talked with somebody else afterwards."""
        talked = [leg for leg in self.legs if leg.kind in SHOWN_LEGS and leg.talk_ms and leg.ended_at]
        before = [leg for leg in talked if leg.ended_at and leg.ended_at <= score.at]
        last = max(before, key=lambda leg: leg.ended_at or leg.started_at, default=None)
        if last is None or last.agent or not score.agent:
            return ""
        return f"; credited to the last agent who talked, before {last.endpoint} did"

    def _end_lines(self) -> Iterator[Line]:
        for decision in self.decisions:
            yes = "to be recorded" if decision.record else "not to be recorded"
            where = f"queue {decision.queue}" if decision.queue else "without a queue"
            yield Line(decision.at, "record", f"{where}: {yes} ({decision.reason})")
        for recording in self.recordings:
            file = f" {recording.path}" if recording.path else ""
            why = f" ({recording.reason})" if recording.reason else ""
            lasted = "" if recording.duration_ms is None else f" {seconds(recording.duration_ms)}"
            yield Line(recording.started_at, "record", f"{recording.state}{lasted}{file}{why}")
            for gap in recording.gaps or []:
                at = dt.datetime.fromisoformat(gap["from"])
                silent = seconds((dt.datetime.fromisoformat(gap["to"]) - at) // dt.timedelta(milliseconds=1))
                yield Line(at, "record", f"paused {silent} by {gap['by']}, ended by {gap['ended_by']}")
        for message in self.voicemails:
            text = f"message in box {message.mailbox}, {seconds(message.duration_ms)}, {message.path}"
            yield Line(message.left_at, "voicemail", text)
        for score in self.scores:
            way = f" by {score.way}" if score.way else ""
            got = f"scored {score.score}{way}" if score.score else score.outcome
            why = f" ({score.reason})" if score.reason else ""
            whose = f"agent {score.agent}, " if score.agent else ""
            yield Line(score.at, "score", f"{whose}queue {score.queue}: {got}{why}{self._credit(score)}")
        for reply in self.replies:
            yield Line(
                reply.at, "survey", f"{reply.question}: {reply.answer or reply.words or reply.message}"
            )
        if self.call.ended_at is not None:
            lasted = seconds((self.call.ended_at - self.call.started_at) // dt.timedelta(milliseconds=1))
            cause = f" (cause {self.call.cause})" if self.call.cause is not None else ""
            text = f"ended by {self.call.ended_by or 'nobody knows whom'} after {lasted}{cause}"
            yield Line(self.call.ended_at, "end", text)


def read_page(session: Session, call_id: str) -> CallPage:
    """Everything of the call ``call_id``, its id here or where it began. Raises NotFound."""
    call = session.get(CallRow, call_id) or _joined(session, call_id)
    if call is None:
        raise NotFound(f"there is no call {call_id}; see hotline calls list")
    call_id = call.call_id
    places = places_of(session, call_id)
    return CallPage(
        call=call,
        steps=_rows(session, Step, call_id, Step.at, Step.number),
        visits=_rows(session, Visit, call_id, Visit.number),
        legs=_rows(session, Leg, call_id, Leg.started_at),
        recordings=_rows(session, Recording, call_id, Recording.started_at),
        decisions=_rows(session, RecordingDecision, call_id, RecordingDecision.at),
        scores=_rows(session, Score, call_id, Score.visit),
        voicemails=_rows(session, VoicemailMessage, call_id, VoicemailMessage.left_at),
        callbacks=_rows(session, CallbackRequest, call_id, CallbackRequest.asked_at),
        replies=_rows(session, SurveyReply, call_id, SurveyReply.id),
        routing=_rows(session, Decision, call_id, Decision.at, Decision.number),
        kept_places=places,
        returned=calls_for(session, places),
        linked=_rows(session, LinkedCall, call_id),
    )


def _joined(session: Session, joint_id: str) -> CallRow | None:
    """The first of the calls that began elsewhere under this id."""
    found = select(LinkedCall.call_id).where(LinkedCall.joint_id == joint_id).order_by(LinkedCall.id)
    first = session.scalars(found).first()
    return None if first is None else session.get(CallRow, first)


def columns(row: Base, zone: ZoneInfo | None = None) -> dict[str, Any]:
    """A row as a dict; moments as ISO text in UTC, or as people in ``zone`` read them."""
    names = [column.key for column in inspect(type(row)).column_attrs]
    return {name: _plain(getattr(row, name), zone) for name in names}


def seconds(milliseconds: int | None) -> str:
    """Milliseconds as ``1.3 s``."""
    return "–" if milliseconds is None else f"{milliseconds / 1000:.1f} s"


def _rows(session: Session, table: Any, call_id: str, *order: Any) -> list[Any]:
    return list(session.scalars(select(table).where(table.call_id == call_id).order_by(*order)))


def moment(value: dt.datetime, zone: ZoneInfo | None) -> str:
    """A moment as ISO text in UTC, or as people in ``zone`` read it."""
    return f"{value.astimezone(zone):{MOMENT}}" if zone else value.isoformat(timespec="milliseconds")


def _plain(value: Any, zone: ZoneInfo | None) -> Any:
    return moment(value, zone) if isinstance(value, dt.datetime) else value
