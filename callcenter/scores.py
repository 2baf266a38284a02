"""The score row of every answered visit: what the survey heard, or why it heard nothing.

The listener owns these rows. The survey script's answers come by another way and may come later, so
each flush looks again at the newest answers; writing the same twice changes nothing.
"""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import Session

from schema.calls import Score, SurveyAnswer, Visit

LOOK_BACK = dt.timedelta(minutes=5)
"""Answers this fresh are looked at again: the journal may have stored them after the call was closed."""
UNFINISHED = "asked"


def settle_recent(session: Session, now: dt.datetime) -> int:
    """Put answers of the last minutes into their scores. Gives how many scores changed."""
    answers = session.scalars(select(SurveyAnswer).where(SurveyAnswer.at > now - LOOK_BACK))
    return sum(_settle(session, answer) for answer in answers)


def settle_calls(session: Session, call_ids: list[str]) -> None:
    """Put whatever answers these calls have into their scores."""
    for answer in session.scalars(select(SurveyAnswer).where(SurveyAnswer.call_id.in_(call_ids))):
        _settle(session, answer)


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
        outcome, reason = "not_offered", "survey_failed"
    meant = (outcome, reason, answer.score, answer.keys, answer.survey)
    if meant == (score.outcome, score.reason, score.score, score.keys, score.survey):
        return False
    score.outcome, score.reason, score.score, score.keys, score.survey = meant
    score.at = answer.at
    return True
