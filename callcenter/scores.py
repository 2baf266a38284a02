"""The score row of every answered visit: what the survey heard, or why it heard nothing.

The listener owns these rows. The survey script's answers come by another way and may come later, so
each flush looks again at the newest answers; writing the same twice changes nothing.
"""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import Session

from schema.calls import Call, Score, SurveyAnswer, Visit

LOOK_BACK = dt.timedelta(minutes=5)
"""Answers this fresh are looked at again at each flush: they may be stored after the call was closed."""
UNFINISHED = "asked"


def settle_since(session: Session, since: dt.datetime) -> int:
    """Put answers given after ``since`` into their scores. Gives how many scores changed."""
    answers = session.scalars(select(SurveyAnswer).where(SurveyAnswer.at > since))
    return sum(_settle(session, answer) for answer in answers)


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
        call = session.get(Call, answer.call_id)
        left = call is not None and call.ended_by == "caller"
        outcome, reason = ("caller_hung_up", None) if left else ("not_offered", "survey_failed")
    meant = (outcome, reason, answer.score, answer.keys, answer.survey)
    if meant == (score.outcome, score.reason, score.score, score.keys, score.survey):
        return False
    score.outcome, score.reason, score.score, score.keys, score.survey = meant
    score.at = answer.at
    return True
