"""Tasks that calls leave behind: opened once, taken by somebody, done with a result.

Whoever finds out what is to be done opens the task in the same transaction; its natural key (kind and
key) makes opening it again, from another source or after a restart, change nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Literal

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import ReturningInsert

from callcenter.errors import HotlineError, NotFound
from schema.follow_ups import FollowUp

Kind = Literal["bad_score", "missed_call", "abandoned", "voicemail", "callback", "toll_fraud"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Task:
    """What a follow-up is opened with; the fields are the columns of ``schema.follow_ups.FollowUp``."""

    kind: Kind
    key: str
    opened_at: dt.datetime
    call_id: str | None = None
    visit: int | None = None
    queue: str | None = None
    agent: str | None = None
    number: str | None = None
    detail: str | None = None


def open_tasks(session: Session, tasks: Sequence[Task]) -> int:
    """Open those that are not there yet, in the transaction of ``session``; gives how many were new."""
    rows = [{**asdict(task), "state": "open"} for task in tasks]
    return sum(session.scalar(_insert(session, row)) is not None for row in rows)


def bad_score_key(call_id: str, at: dt.datetime | str) -> str:
    """The key of the follow-up of a bad score; ``at`` is when the survey began."""
    moment = at if isinstance(at, dt.datetime) else dt.datetime.fromisoformat(at)
    return f"{call_id}/{moment.astimezone(dt.UTC).isoformat()}"


def find(
    session: Session,
    *,
    states: Sequence[str] = ("open", "taken"),
    kind: str | None = None,
    agent: str | None = None,
    queue: str | None = None,
    most: int = 100,
) -> list[FollowUp]:
    """The newest tasks, oldest of them first: who waits longest stands on top."""
    wanted = select(FollowUp).where(FollowUp.state.in_(states))
    for column, value in ((FollowUp.kind, kind), (FollowUp.agent, agent), (FollowUp.queue, queue)):
        wanted = wanted if value is None else wanted.where(column == value)
    newest = wanted.order_by(FollowUp.opened_at.desc(), FollowUp.id.desc()).limit(most)
    return list(reversed(session.scalars(newest).all()))


def take(session: Session, number: int, by: str, at: dt.datetime) -> FollowUp:
    """Give an open task to somebody. Raises NotFound; HotlineError when another has it already."""
    task = _get(session, number)
    taking = update(FollowUp).where(FollowUp.id == number, FollowUp.state == "open")
    values = {"state": "taken", "taken_by": by, "taken_at": at}
    if session.scalar(taking.values(values).returning(FollowUp.id)) is None:
        session.refresh(task)
        raise HotlineError(f"follow-up {number} is {task.state} by {task.taken_by or 'nobody'} already")
    session.refresh(task)
    return task


def finish(session: Session, number: int, result: str, at: dt.datetime, by: str | None = None) -> FollowUp:
    """Close a task with what came of it. Raises NotFound; HotlineError when it is done already."""
    if not result.strip() or not result.isprintable():
        raise HotlineError("a follow-up's result is one line of text")
    task = _get(session, number)
    finishing = update(FollowUp).where(FollowUp.id == number, FollowUp.state != "done")
    values = {"state": "done", "closed_at": at, "result": result, "taken_by": by or task.taken_by}
    if session.scalar(finishing.values(values).returning(FollowUp.id)) is None:
        raise HotlineError(f"follow-up {number} is done already: {task.result}")
    session.refresh(task)
    return task


def _get(session: Session, number: int) -> FollowUp:
    task = session.get(FollowUp, number)
    if task is None:
        raise NotFound(f"there is no follow-up {number}; see hotline follow-ups list")
    return task


def _insert(session: Session, row: dict[str, object]) -> ReturningInsert[tuple[int]]:
    on_postgres = session.get_bind().dialect.name == "postgresql"
    insert = postgresql.insert if on_postgres else sqlite.insert
    return insert(FollowUp).values(row).on_conflict_do_nothing().returning(FollowUp.id)
