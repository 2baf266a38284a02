"""Facts of the journal become rows: steps, decisions, survey answers, callback requests, notices.

Storing the same segment twice changes nothing: each kind of fact has a natural key, and a fact
already there is passed over (a survey's end goes before its beginning). A fact that the database would
refuse for ever is set aside in a file, so that it never blocks the others.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import Insert
from sqlalchemy.orm import Session

from callcenter.journal import Journal
from callcenter.survey.bad_scores import follow_up_bad_scores
from callcenter.survey.scores import settle
from schema.base import Base
from schema.calls import CallbackRequest, Step, SurveyAnswer
from schema.peers import LinkedCall
from schema.recordings import RecordingDecision
from schema.refusal import STRANGE, first_line, is_refused
from schema.routing import Decision
from schema.surveys import Notice, SurveyReply
from schema.upsert import engine_of, upsert

log = structlog.get_logger()

STEP = "step"
SURVEY = "survey"
CALLBACK = "callback"
DECISION = "decision"
REPLY = "reply"
NOTICE = "notice"
RECORDING = "recording"
LINKED = "linked"
BATCH = 500
"""Calls whose scores are settled in one statement."""
DEFAULTS: dict[type[Base], dict[str, Any]] = {
    Notice: {"state": "waiting", "tries": 0},
    SurveyAnswer: {"way": "phone"},
}
Row = dict[str, Any]


def drain(journal: Journal, session: Callable[[], Session]) -> int:
    """Store every closed segment, one transaction each, and give the number of facts."""
    stored = 0
    for segment in journal.segments():
        facts = journal.read(segment)
        try:
            with session() as open_session, open_session.begin():
                store(open_session, facts)
        except STRANGE as error:
            if not is_refused(error):
                raise
            _store_what_can_be(segment, facts, session)
        journal.done(segment)
        stored += len(facts)
    return stored


def store(session: Session, facts: list[Row]) -> None:
    """Store facts of any kinds in the transaction of ``session``."""
    for strange in {str(fact.get("fact")) for fact in facts} - KINDS.keys():
        log.error("journal.unknown_fact", fact=strange, mend="was it written by a newer Hotline?")
    for kind, (table, _) in KINDS.items():
        rows = _once(table, [_row(table, fact) for fact in facts if fact.get("fact") == kind])
        if rows:
            session.connection().execute(_storing(kind, engine_of(session)), rows)
        for start in range(0, len(rows) if kind in (SURVEY, REPLY) else 0, BATCH):
            calls = {row["call_id"] for row in rows[start : start + BATCH]}
            settle(session, calls)
            follow_up_bad_scores(session, calls)


def _store_what_can_be(segment: Path, facts: list[Row], session: Callable[[], Session]) -> None:
    """One by one; the refused ones are set aside."""
    refused = []
    with session() as open_session, open_session.begin():
        for fact in facts:
            try:
                with open_session.begin_nested():
                    store(open_session, [fact])
            except STRANGE as error:
                if not is_refused(error):
                    raise
                refused.append({**fact, "refused": first_line(error)})
    if refused:
        aside = Journal.set_aside(segment, refused)
        log.error("journal.set_aside", facts=len(refused), file=str(aside), error=refused[0]["refused"])


@cache
def _storing(kind: str, engine: str) -> Insert:
    """Made once, as ``schema.upsert`` says."""
    table, settled = KINDS[kind]
    return settled(upsert(engine, table))


def _row(table: type[Base], fact: Mapping[str, Any]) -> Row:
    columns = table.__table__.columns
    row = {column.name: fact.get(column.name) for column in columns if not column.primary_key}
    row |= {name: value for name, value in DEFAULTS.get(table, {}).items() if row[name] is None}
    for name in ("at", "asked_at", "due_at"):
        if row.get(name) is not None:
            row[name] = dt.datetime.fromisoformat(str(row[name]))
    return row


def _once(table: type[Base], rows: list[Row]) -> list[Row]:
    """Of a survey's beginning and end in one statement only the end: PostgreSQL takes each key once."""
    if table is not SurveyAnswer:
        return rows
    ended_last = sorted(rows, key=lambda row: row["outcome"] != "asked")
    return list({(row["call_id"], row["at"]): row for row in ended_last}.values())


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
    DECISION: (Decision, _keep_first),
    REPLY: (SurveyReply, _keep_first),
    NOTICE: (Notice, _keep_first),
    RECORDING: (RecordingDecision, _keep_first),
    LINKED: (LinkedCall, _keep_first),
}
