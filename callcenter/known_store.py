"""What the database knows of a caller, one indexed query each: lists, emergency closings, the last agent."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Any

from sqlalchemy import Select, and_, or_, select, union_all
from sqlalchemy.orm import Session

from callcenter.flow.dialogue import Served
from callcenter.known import Closing, Known, Listed, one_that_counts
from callcenter.numbers import beginnings, normal, written
from schema.calls import Call, Visit
from schema.routing import EmergencyClosing, ListedCaller

CALLS_LOOKED_AT = 20
"""Of a number that calls all day only the newest calls are asked for the last agent."""


def known(session: Session, caller: str, at: dt.datetime, country: str) -> Known:
    """The entry that counts for a caller now, and the closings in force."""
    return Known(entry(session, caller, at, country), closings(session, at))


def entry(session: Session, caller: str, at: dt.datetime, country: str) -> Listed | None:
    """The one entry of the black and the VIP list that counts for this number now."""
    number = normal(caller, country)
    if not number:
        return None
    rows = session.execute(entries_query(number, at)).all()
    return one_that_counts(Listed(*(_plain(value) for value in row)) for row in rows)


def closings(session: Session, at: dt.datetime) -> tuple[Closing, ...]:
    """All emergency closings in force."""
    rows = session.execute(closings_query(at)).all()
    return tuple(Closing(row.calendar, row.began_at, row.begun_by, row.prompt or "") for row in rows)


def last_served(
    session: Session,
    caller: str,
    queues: Collection[str],
    since: dt.datetime,
    at: dt.datetime,
    country: str,
) -> Served:
    """The agent who took this caller's newest answered visit in one of ``queues``."""
    number = normal(caller, country)
    if not number:
        return Served()
    row = session.execute(served_query(number, queues, since, country)).first()
    if row is None:
        return Served()
    return Served(row.agent, max(0, int((at - row.answered_at).total_seconds())))


def entries_query(number: str, at: dt.datetime) -> Select[*tuple[Any, ...]]:
    """Entries of the whole number and of its beginnings, in the order of ``Listed``'s fields."""
    table = ListedCaller
    return select(
        table.id,
        table.list,
        table.number,
        table.prefix,
        table.prompt,
        table.tier,
        table.agent,
        table.wait_seconds,
        table.queue,
        table.priority,
    ).where(
        table.number.in_(beginnings(number)),
        or_(table.prefix, table.number == number),
        or_(table.until.is_(None), table.until > at),
    )


def closings_query(at: dt.datetime) -> Select[*tuple[Any, ...]]:
    """Closings neither ended nor over, the oldest first."""
    table = EmergencyClosing
    return (
        select(table.calendar, table.began_at, table.begun_by, table.prompt)
        .where(table.ended_at.is_(None), or_(table.until.is_(None), table.until > at))
        .order_by(table.began_at)
    )


def served_query(
    number: str, queues: Collection[str], since: dt.datetime, country: str
) -> Select[*tuple[Any, ...]]:
    """The newest answered visits of the newest calls, in every way a line may write the number."""
    newest = union_all(
        *(
            select(
                select(Call.call_id)
                .where(Call.caller == way, Call.started_at > since)
                .order_by(Call.started_at.desc())
                .limit(CALLS_LOOKED_AT)
                .subquery()
            )
            for way in written(number, country)
        )
    ).subquery()
    served = and_(Visit.outcome == "answered", Visit.agent.is_not(None), Visit.answered_at > since)
    return (
        select(Visit.agent, Visit.answered_at)
        .join(newest, newest.c.call_id == Visit.call_id)
        .where(served, Visit.queue.in_(sorted(queues)))
        .order_by(Visit.answered_at.desc())
        .limit(1)
    )


def _plain(value: Any) -> Any:
    return "" if value is None else value
