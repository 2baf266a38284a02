"""Facts of the journal become rows: steps, survey answers, callback requests.

Storing the same segment twice changes nothing: each kind of fact has a natural key, and a fact
already there is passed over (a survey's end goes before its beginning).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

import structlog
from sqlalchemy import Insert
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from callcenter.journal import Journal
from schema.base import Base
from schema.calls import CallbackRequest, Step, SurveyAnswer

log = structlog.get_logger()

STEP = "step"
SURVEY = "survey"
CALLBACK = "callback"
Upsert = sqlite.Insert | postgresql.Insert


def drain(journal: Journal, session: Callable[[], Session]) -> int:
    """Store every closed segment, one transaction each, and give the number of facts."""
    stored = 0
    for segment in journal.segments():
        facts = journal.read(segment)
        with session() as open_session, open_session.begin():
            store(open_session, facts)
        journal.done(segment)
        stored += len(facts)
    return stored


def store(session: Session, facts: list[dict[str, Any]]) -> None:
    """Store facts of any kinds in the transaction of ``session``."""
    for strange in {str(fact.get("fact")) for fact in facts} - KINDS.keys():
        log.error("journal.unknown_fact", fact=strange, mend="was it written by a newer Hotline?")
    for kind, (table, settle) in KINDS.items():
        rows = [_row(table, fact) for fact in facts if fact.get("fact") == kind]
        if rows:  # one statement, compiled once, for many rows: a list of VALUES is compiled every time
            session.connection().execute(settle(upsert(session, table)), rows)


def upsert(session: Session, table: type[Base]) -> Upsert:
    """The engine's own INSERT, which knows ON CONFLICT."""
    make: Callable[[Any], Any] = (
        postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    )
    return make(table)  # type: ignore[no-any-return]


def _row(table: type[Base], fact: Mapping[str, Any]) -> dict[str, Any]:
    columns = table.__table__.columns
    row = {name: fact[name] for name in columns.keys() if name in fact}  # noqa: SIM118
    for name in ("at", "asked_at"):
        if isinstance(row.get(name), str):
            row[name] = dt.datetime.fromisoformat(row[name])
    return row


def _keep_first(insert: Any) -> Insert:
    return insert.on_conflict_do_nothing()  # type: ignore[no-any-return]


def _keep_ended(insert: Any) -> Insert:
    """A survey's outcome replaces ``asked``, never the other way round."""
    new = insert.excluded
    return insert.on_conflict_do_update(  # type: ignore[no-any-return]
        index_elements=["call_id", "at"],
        set_={name: new[name] for name in ("outcome", "score", "keys")},
        where=SurveyAnswer.outcome == "asked",
    )


KINDS: dict[str, tuple[type[Base], Callable[[Any], Insert]]] = {
    STEP: (Step, _keep_first),
    SURVEY: (SurveyAnswer, _keep_ended),
    CALLBACK: (CallbackRequest, _keep_first),
}
