"""Records of calls into rows: written again and again while a call is up, the last time when it is closed.

A record replaces all rows of its call, so that nothing stays of what was thought earlier; writing it twice
changes nothing. Of a call that is up, only what has changed since it was written last is written, if the writer
still knows that. A record that took in another call removes that one's rows and takes over its recordings.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import fields
from functools import cache
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from callcenter.journey import CallRecord, scores
from callcenter.queues.returned import name_customers
from callcenter.survey.bad_scores import follow_up_bad_scores
from callcenter.survey.scores import BAD
from schema.base import Base
from schema.calls import Call, Leg, Recording, Score, SurveyAnswer, Visit
from schema.upsert import put

SurveyOf = Mapping[str, str | None]
"""Queue: the survey asked after its calls."""
NOTHING: Mapping[str, CallRecord] = {}
CALLS = 200
"""Calls in one round of statements: SQLite takes 32,766 values in one, PostgreSQL 65,535."""


def store(
    session: Session,
    records: Sequence[CallRecord],
    surveys: SurveyOf,
    written: Mapping[str, CallRecord] = NOTHING,
) -> None:
    """Write calls with their legs, visits and scores, in the transaction of ``session``.

    ``written``: by call id, the record that its rows hold, if the writer knows.
    """
    for start in range(0, len(records), CALLS):
        _store(session, records[start : start + CALLS], surveys, written)


def _store(
    session: Session, records: Sequence[CallRecord], surveys: SurveyOf, written: Mapping[str, CallRecord]
) -> None:
    fresh, changes = [], []
    for record in records:
        before = written.get(record.call_id)
        if before is not None and _only_goes_on(before, record):
            changes.append((before, record))
        else:
            fresh.append(record)
    _write_whole(session, fresh, surveys)
    _write_changes(session, changes)


def _write_changes(session: Session, changes: Sequence[tuple[CallRecord, CallRecord]]) -> None:
    """Of pairs of what was written and what is now."""
    calls = [now for before, now in changes if _call_of(before) != _call_of(now)]
    _put(session, Call, [_columns(Call, record) for record in calls])
    name_customers(session, [record.call_id for record in calls])
    legs = ((leg, now) for before, now in changes for leg in now.legs if leg not in before.legs)
    _put(session, Leg, [_columns(Leg, leg, now) for leg, now in legs])
    visits = ((visit, now) for before, now in changes for visit in now.visits if visit not in before.visits)
    _put(session, Visit, [_columns(Visit, visit, now) for visit, now in visits])


def _only_goes_on(before: CallRecord, now: CallRecord) -> bool:
    """Whether the call is still up, and nothing has to be taken back of what was written of it."""
    if now.state != "open" or now.aliases != before.aliases or len(now.visits) < len(before.visits):
        return False
    return {leg.uniqueid for leg in before.legs} <= {leg.uniqueid for leg in now.legs}


def _call_of(record: CallRecord) -> tuple[object, ...]:
    return tuple(getattr(record, name) for name in _shared(Call, CallRecord))


def _write_whole(session: Session, records: Sequence[CallRecord], surveys: SurveyOf) -> None:
    if not records:
        return
    _clear(session, [name for record in records for name in (record.call_id, *record.aliases)])
    _put(session, Call, [_columns(Call, record) for record in records])
    name_customers(session, [record.call_id for record in records])
    _put(session, Leg, [_columns(Leg, leg, record) for record in records for leg in record.legs])
    _put(session, Visit, [_columns(Visit, visit, record) for record in records for visit in record.visits])
    closed = [record for record in records if record.state == "closed"]
    answers = _answers(session, [record.call_id for record in closed])
    rows = [
        _columns(Score, score, record)
        for record in closed
        for score in scores(record, surveys, answers.get(record.call_id, ()))
    ]
    _put(session, Score, rows)
    follow_up_bad_scores(session, [row["call_id"] for row in rows if (row["score"] or 0) >= BAD])
    _absorb(session, [record for record in records if record.aliases])


def _columns(table: type[Base], part: Any, record: CallRecord | None = None) -> dict[str, Any]:
    """The part's fields that the table has; of a part of a call, with the call's id."""
    row = {name: getattr(part, name) for name in _shared(table, part.__class__)}
    row["call_id"] = (record or part).call_id
    return row


@cache
def _shared(table: type[Base], part: type) -> tuple[str, ...]:
    """The names that are both a column and a field."""
    return tuple(field.name for field in fields(part) if field.name in table.__table__.columns)


def _put(session: Session, table: type[Base], rows: list[dict[str, Any]]) -> None:
    put(session, table, rows, [column.name for column in table.__table__.primary_key])


def _answers(session: Session, call_ids: Sequence[str]) -> dict[str, list[SurveyAnswer]]:
    found: dict[str, list[SurveyAnswer]] = {}
    for answer in session.scalars(select(SurveyAnswer).where(SurveyAnswer.call_id.in_(call_ids))):
        found.setdefault(answer.call_id, []).append(answer)
    return found


def _clear(session: Session, call_ids: Collection[str]) -> None:
    """Before the rows of these calls are written anew."""
    for table in (Call, Leg, Visit, Score):
        session.execute(delete(table).where(table.call_id.in_(call_ids)))


def _absorb(session: Session, records: Iterable[CallRecord]) -> None:
    """Recordings that were finished before their call turned out to be a part of another go with it."""
    for record in records:
        mine = update(Recording).where(Recording.call_id.in_(record.aliases))
        session.execute(mine.values(call_id=record.call_id))
