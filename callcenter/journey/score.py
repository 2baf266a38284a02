"""What became of the satisfaction question: exactly one row for every answered visit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from callcenter.journey.records import CallRecord, ScoreRecord, VisitRecord
from callcenter.survey.answers import answer_of
from schema.calls import SurveyAnswer


def scores(
    call: CallRecord, surveys: Mapping[str, str | None], answers: Sequence[SurveyAnswer] = ()
) -> tuple[ScoreRecord, ...]:
    """The rows of a call. ``surveys``: queue → its survey; ``answers``: what the survey script heard, or a page.

    An answer is credited to the last agent who talked with the caller before the question, whoever outside the
    house did so afterwards.
    """
    answered = [visit for visit in call.visits if visit.outcome == "answered" and visit.left_at]
    given = {visit.number: answer_of(visit, answered, answers) for visit in answered}
    return tuple(_score(call, visit, given[visit.number], surveys.get(visit.queue)) for visit in answered)


def _score(
    call: CallRecord, visit: VisitRecord, answer: SurveyAnswer | None, survey: str | None
) -> ScoreRecord:
    outcome, reason = _outcome(call, visit, answer, survey)
    at = answer.at if answer else visit.left_at or visit.joined_at
    return ScoreRecord(
        visit=visit.number,
        outcome=outcome,
        reason=reason,
        way=answer.way if answer and outcome != "not_offered" else None,
        score=answer.score if answer else None,
        keys=answer.keys if answer else None,
        survey=answer.survey if answer else survey,
        agent=_last_agent(call, visit),
        queue=visit.queue,
        trunk=call.trunk,
        caller=call.caller,
        at=at,
    )


def _outcome(
    call: CallRecord, visit: VisitRecord, answer: SurveyAnswer | None, survey: str | None
) -> tuple[str, str | None]:
    """Outcome and, when the question was not put, why."""
    if answer and answer.outcome != "asked":
        return answer.outcome, None
    if answer and call.ended_by == "caller":
        return "caller_hung_up", None
    if call.ended_by == "pbx_restart":
        return "not_offered", "pbx_restart"
    if visit.ended_by == "caller":
        return "not_offered", "caller_left_first"
    if not survey and not answer:
        return "not_offered", "no_survey"
    return "not_offered", "transferred" if visit.ended_by == "transfer" else "survey_failed"


def _last_agent(call: CallRecord, visit: VisitRecord) -> str | None:
    """The agent who talked last with the caller during the visit; when none did, who answered."""
    spoken = [
        (span.end, leg.agent)
        for leg in call.legs
        if leg.kind != "caller" and leg.agent
        for span in leg.talks
        if visit.joined_at <= span.start and (visit.left_at is None or span.start <= visit.left_at)
    ]
    return max(spoken)[1] if spoken else visit.agent
