"""Survey answers put into scores that were made without them.

The score row of an answered visit is made when the call is closed, of the answers stored by then. The
answers come by other ways (the FastAGI process's journal, a page) and may come later, even days later: whoever
stores an answer settles its call in the same transaction. Doing it twice changes nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from callcenter.survey.answers import answer_of
from schema.calls import Call, Score, SurveyAnswer, Visit

UNFINISHED = "asked"
AT_ONCE = 500
"""Calls asked for in one statement."""
BAD = 3
"""This score, or a higher one, is followed up."""


def settle(session: Session, call_ids: Collection[str]) -> int:
    """Put the answers of these calls, some hundreds at most, into their scores. Gives how many changed."""
    answers = _by_call(session, select(SurveyAnswer).where(SurveyAnswer.call_id.in_(call_ids)))
    visits = _by_call(session, served().where(Visit.call_id.in_(answers)))
    return sum(
        _settle(session, visit, answer)
        for call_id, mine in visits.items()
        for visit in mine
        if (answer := answer_of(visit, mine, answers[call_id]))
    )


def served() -> Select[Visit]:
    """All answered visits."""
    return select(Visit).where(Visit.outcome == "answered")


def _by_call(session: Session, wanted: Select[Any]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for row in session.scalars(wanted):
        found.setdefault(row.call_id, []).append(row)
    return found


def unsettled(session: Session, since: dt.datetime) -> list[str]:
    """Calls with an answer after ``since`` that no score of theirs tells of."""
    said = select(SurveyAnswer.call_id, SurveyAnswer.outcome).where(SurveyAnswer.at > since)
    told: dict[str, set[str]] = {}
    for call_id, outcome in session.execute(said):
        told.setdefault(call_id, set()).add(outcome)
    calls = list(told)
    found: dict[str, None] = {}
    for start in range(0, len(calls), AT_ONCE):  # by one join SQLite would begin with all scores there are
        some = select(Score.call_id, Score.outcome).where(Score.call_id.in_(calls[start : start + AT_ONCE]))
        scored = session.execute(some)
        found |= {call_id: None for call_id, outcome in scored if told[call_id] - {outcome}}
    return list(found)


def _settle(session: Session, visit: Visit, answer: SurveyAnswer) -> bool:
    score = session.get(Score, (visit.call_id, visit.number))
    if score is None:
        return False
    outcome, reason = answer.outcome, None
    if outcome == UNFINISHED:
        outcome, reason = _without_an_end(session.get(Call, answer.call_id))
    way = None if outcome == "not_offered" else answer.way
    meant = (outcome, reason, way, answer.score, answer.keys, answer.survey)
    if meant == (score.outcome, score.reason, score.way, score.score, score.keys, score.survey):
        return False
    score.outcome, score.reason, score.way, score.score, score.keys, score.survey = meant
    score.at = answer.at
    return True


def _without_an_end(call: Call | None) -> tuple[str, str | None]:
    """The script died in mid-question, or the caller left (as ``callcenter/journey/score.py`` has it)."""
    ended_by = call.ended_by if call else None
    if ended_by == "caller":
        return "caller_hung_up", None
    return "not_offered", "pbx_restart" if ended_by == "pbx_restart" else "survey_failed"
