"""Records of calls into rows: written again and again while a call is up, the last time when it is closed.

Writing a record twice changes nothing; a record that took in another call removes that one's rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from callcenter.facts import upsert
from callcenter.journey import CallRecord, scores
from schema.base import Base
from schema.calls import Call, Leg, Score, SurveyAnswer, Visit

SurveyOf = Mapping[str, str | None]
"""Queue: the survey asked after its calls."""


def store(session: Session, records: Sequence[CallRecord], surveys: SurveyOf) -> None:
    """Write calls with their legs, visits and scores, in the transaction of ``session``."""
    _put(session, Call, [_columns(Call, record) for record in records])
    _put(session, Leg, [_columns(Leg, leg, record) for record in records for leg in record.legs])
    _put(session, Visit, [_columns(Visit, visit, record) for record in records for visit in record.visits])
    closed = [record for record in records if record.state == "closed"]
    answers = _answers(session, [record.call_id for record in closed])
    rows = [
        asdict(score) | {"call_id": record.call_id}
        for record in closed
        for score in scores(record, surveys, answers.get(record.call_id, ()))
    ]
    _put(session, Score, rows)
    _drop(session, [alias for record in records for alias in record.aliases])


def _columns(table: type[Base], part: Any, record: CallRecord | None = None) -> dict[str, Any]:
    """The part's fields that the table has; of a part of a call, with the call's id."""
    call_id = {"call_id": (record or part).call_id}
    return call_id | {
        name: getattr(part, name)
        for name in table.__table__.columns.keys()
        if hasattr(part, name)  # noqa: SIM118
    }


def _put(session: Session, table: type[Base], rows: list[dict[str, Any]]) -> None:
    if not rows:
        return
    insert = upsert(session, table).values(rows)
    keys = [column.name for column in table.__table__.primary_key]
    news = {name: insert.excluded[name] for name in rows[0] if name not in keys}
    session.execute(insert.on_conflict_do_update(index_elements=keys, set_=news))


def _answers(session: Session, call_ids: Sequence[str]) -> dict[str, list[SurveyAnswer]]:
    found: dict[str, list[SurveyAnswer]] = {}
    for answer in session.scalars(select(SurveyAnswer).where(SurveyAnswer.call_id.in_(call_ids))):
        found.setdefault(answer.call_id, []).append(answer)
    return found


def _drop(session: Session, call_ids: Iterable[str]) -> None:
    """Rows of calls that turned out to be a part of another."""
    ids = list(call_ids)
    for table in (Call, Leg, Visit, Score) if ids else ():
        session.execute(delete(table).where(table.call_id.in_(ids)))
