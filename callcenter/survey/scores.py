"""Survey answers put into scores that were made without them.

The score row of an answered visit is made when the call is closed, of the answers stored by then. The
answers come by another way (the FastAGI process's journal) and may come later, even a day later: whoever
stores an answer settles its call in the same transaction. Doing it twice changes nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from schema.calls import Call, Score, SurveyAnswer, Visit

UNFINISHED = "asked"
BAD = 3
"""This score, or a higher one, is followed up."""


def settle(session: Session, call_ids: Collection[str]) -> int:
    """Put the answers of these calls, some hundreds at most, into their scores. Gives how many changed."""
    answers = select(SurveyAnswer).where(SurveyAnswer.call_id.in_(call_ids)).order_by(SurveyAnswer.at)
    return sum(_settle(session, answer) for answer in session.scalars(answers).all())


def unsettled(session: Session, since: dt.datetime) -> list[str]:
    """Calls with an answer after ``since`` that no score of theirs tells of."""
    different = (
        select(SurveyAnswer.call_id)
        .join(Score, Score.call_id == SurveyAnswer.call_id)
        .where(SurveyAnswer.at > since, Score.outcome != SurveyAnswer.outcome)
    )
    return list(session.scalars(different.distinct()))


def _settle(session: Session, answer: SurveyAnswer) -> bool:
    visit = session.scalars(
        select(Visit)
        .where(Visit.call_id == answer.call_id, Visit.outcome == "answered", Visit.joined_at < answer.at)
        .order_by(Visit.number.desc())
        .limit(1)
    ).first()
    score = session.get(Score, (visit.call_id, visit.number)) if visit else None
    if score is None:
        return False
    outcome, reason = answer.outcome, None
    if outcome == UNFINISHED:
        outcome, reason = _without_an_end(session.get(Call, answer.call_id))
    meant = (outcome, reason, answer.score, answer.keys, answer.survey)
    if meant == (score.outcome, score.reason, score.score, score.keys, score.survey):
        return False
    score.outcome, score.reason, score.score, score.keys, score.survey = meant
    score.at = answer.at
    return True


def _without_an_end(call: Call | None) -> tuple[str, str | None]:
    """The script died in mid-question, or the caller left (as ``callcenter/journey/score.py`` has it)."""
    ended_by = call.ended_by if call else None
    if ended_by == "caller":
        return "caller_hung_up", None
    return "not_offered", "pbx_restart" if ended_by == "pbx_restart" else "survey_failed"
