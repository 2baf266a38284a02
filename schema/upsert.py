"""INSERTs that know of rows which are there already, on either engine.

A statement is made once and kept: each one copies all columns of its table for ``excluded``, and these refer to
each other, so that nothing frees them but a full collection, which holds up the whole process.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Insert
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from schema.base import Base

Upsert = sqlite.Insert | postgresql.Insert


def engine_of(session: Session) -> str:
    """``sqlite`` or ``postgresql``."""
    return session.get_bind().dialect.name


def upsert(engine: str, table: type[Base]) -> Upsert:
    """The engine's own INSERT, which knows ON CONFLICT; meant for a list of rows on a session's connection."""
    make: Callable[[Any], Any] = postgresql.insert if engine == "postgresql" else sqlite.insert
    return make(table.__table__)  # type: ignore[no-any-return]


def put(
    session: Session,
    table: type[Base],
    rows: Sequence[Mapping[str, Any]],
    keys: Sequence[str],
    over: ColumnElement[bool] | None = None,
) -> None:
    """Write rows of the same columns over those that are there with the same ``keys``.

    ``over``, a constant of its module: which of those that are there are replaced; None: all.
    """
    if rows:
        statement = _replacing(engine_of(session), table, tuple(rows[0]), tuple(keys), over)
        session.connection().execute(statement, rows)


@cache
def _replacing(
    engine: str,
    table: type[Base],
    names: Sequence[str],
    keys: Sequence[str],
    over: ColumnElement[bool] | None,
) -> Insert:
    insert = upsert(engine, table)
    news = {name: insert.excluded[name] for name in names if name not in keys}
    return insert.on_conflict_do_update(index_elements=keys, set_=news, where=over)
