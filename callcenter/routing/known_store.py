"""What the database knows of a caller, one indexed query each: lists, emergency closings, the last agent.

Asked for every call, so the statements are written out once: building and looking up these selects would take
several times as long as the database does.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

from sqlalchemy import TextClause, bindparam, text
from sqlalchemy.orm import Session

from callcenter.flow.dialogue import Served
from callcenter.routing.known import Closing, Known, Listed, one_that_counts
from callcenter.routing.numbers import beginnings, normal, written
from schema.base import UtcDateTime
from schema.reading import Reader

LONGEST = 24
"""Beginnings of a number that are looked up: no number is longer."""
CALLS_LOOKED_AT = 20
"""Of a number that calls all day only the newest calls are asked for the last agent."""
WAYS = 5
"""To write one number (``callcenter.routing.numbers.written``)."""

Source = Session | Reader
"""Where it is asked: within a transaction, or in mid-call."""


class Query(NamedTuple):
    """A statement and its values."""

    statement: TextClause
    values: dict[str, Any]


def known(source: Source, caller: str, at: dt.datetime, country: str) -> Known:
    """The entry that counts for a caller now, and the closings in force."""
    return Known(entry(source, caller, at, country), closings(source, at))


def entry(source: Source, caller: str, at: dt.datetime, country: str) -> Listed | None:
    """The one entry of the black and the VIP list that counts for this number now."""
    number = normal(caller, country)
    return (
        one_that_counts(_listed(row) for row in _rows(source, entries_query(number, at))) if number else None
    )


def closings(source: Source, at: dt.datetime) -> tuple[Closing, ...]:
    """All emergency closings in force."""
    rows = _rows(source, closings_query(at))
    return tuple(Closing(calendar, _moment(began), by, prompt or "") for calendar, began, by, prompt in rows)


def last_served(
    source: Source,
    caller: str,
    queues: Collection[str],
    since: dt.datetime,
    at: dt.datetime,
    country: str,
) -> Served:
    """The agent who took this caller's newest answered visit in one of ``queues``."""
    number = normal(caller, country)
    rows = _rows(source, served_query(number, since, country)) if number else []
    for queue, agent, answered_at in rows:
        if queue in queues:
            return Served(agent, max(0, int((at - _moment(answered_at)).total_seconds())))
    return Served()


def entries_query(number: str, at: dt.datetime) -> Query:
    """Entries of the whole number and of its beginnings, in the order of ``Listed``'s fields."""
    begins = beginnings(number)[:LONGEST]
    slots = {f"b{place}": number for place in range(LONGEST)}
    slots |= {f"b{place}": begin for place, begin in enumerate(begins)}
    return Query(_ENTRIES, {**slots, "number": number, "at": at})


def closings_query(at: dt.datetime) -> Query:
    """Closings neither ended nor over, the oldest first."""
    return Query(_CLOSINGS, {"at": at})


def served_query(number: str, since: dt.datetime, country: str) -> Query:
    """The answered visits of the newest calls, the newest first, in every way a line may write the number."""
    ways = (written(number, country) * WAYS)[:WAYS]
    values = {f"way{place}": way for place, way in enumerate(ways)}
    return Query(_SERVED, {**values, "since": since})


def _rows(source: Source, query: Query) -> Sequence[Sequence[Any]]:
    if isinstance(source, Reader):
        return source.rows(query.statement.text, query.values)
    return list(source.connection().execute(query.statement, query.values))


def _listed(row: Sequence[Any]) -> Listed:
    number, kind, beginning, prefix, prompt, tier, agent, wait, queue, priority = row
    return Listed(
        number,
        kind,
        beginning,
        bool(prefix),
        prompt or "",
        tier or "",
        agent or "",
        wait,
        queue or "",
        priority,
    )


def _moment(value: dt.datetime | str) -> dt.datetime:
    """A moment as the database gave it: SQLite keeps text, in UTC."""
    if isinstance(value, str):
        return dt.datetime.fromisoformat(value).replace(tzinfo=dt.UTC)
    return value.astimezone(dt.UTC)


def _moments(statement: str, *names: str) -> TextClause:
    return text(statement).bindparams(*(bindparam(name, type_=UtcDateTime) for name in names))


_SLOTS = ", ".join(f":b{place}" for place in range(LONGEST))
_ENTRIES = _moments(
    "SELECT id, list, number, prefix, prompt, tier, agent,"  # noqa: S608 - of constants
    " wait_seconds, queue, priority FROM listed_callers"
    f" WHERE number IN ({_SLOTS}) AND (prefix OR number = :number) AND (until IS NULL OR until > :at)",
    "at",
)
_CLOSINGS = _moments(
    "SELECT calendar, began_at, begun_by, prompt FROM emergency_closings"
    " WHERE ended_at IS NULL AND (until IS NULL OR until > :at) ORDER BY began_at",
    "at",
)
_CALLS_WRITTEN_SO = (
    "SELECT * FROM (SELECT call_id FROM calls WHERE caller = :way{0} AND started_at > :since"
    " ORDER BY started_at DESC LIMIT {1}) AS w{0}"
)
_NEWEST = " UNION ALL ".join(_CALLS_WRITTEN_SO.format(place, CALLS_LOOKED_AT) for place in range(WAYS))
_SERVED = _moments(
    "SELECT visits.queue, visits.agent, visits.answered_at"  # noqa: S608 - of constants
    f" FROM ({_NEWEST}) AS newest JOIN visits ON visits.call_id = newest.call_id"
    " WHERE visits.outcome = 'answered' AND visits.agent IS NOT NULL AND visits.answered_at > :since"
    " ORDER BY visits.answered_at DESC",
    "since",
)
