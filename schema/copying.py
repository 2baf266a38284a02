"""All rows of a database out and in again, whatever its revision and engine: for backups, and for the other engine.

Tables are read as the database describes them, not as the models do: a database that is still to be upgraded is
copied too, and an old copy is put back at its own revision and upgraded from there.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Any

import orjson
from alembic.runtime.migration import MigrationContext
from sqlalchemy import (
    JSON,
    Column,
    Connection,
    Date,
    DateTime,
    Engine,
    Insert,
    MetaData,
    Table,
    Text,
    bindparam,
    cast,
    func,
    insert,
    select,
    text,
    type_coerce,
)

from schema.session import READ_ONLY, make_folder
from schema.upgrade import bring_to, wait_for_turn

REVISION_TABLE = "alembic_version"
AT_ONCE = 1000
"""Rows in one round trip."""
Line = bytes
"""JSON: a table's first line lists its columns, each further one is a row."""


class Snapshot:
    """A database at one moment: nobody waits for it, and it waits for nobody."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.revision = MigrationContext.configure(connection).get_current_revision()
        self._tables = _tables(connection)

    @property
    def names(self) -> list[str]:
        """Every table, those first that others refer to."""
        return [table.name for table in self._tables]

    def lines(self, name: str) -> Iterator[Line]:
        """A table's columns and rows."""
        table = next(table for table in self._tables if table.name == name)
        yield orjson.dumps([column.name for column in table.columns])
        wanted = select(*(_readable(column) for column in table.columns)).order_by(*table.primary_key.columns)
        for row in self._connection.execution_options(yield_per=AT_ONCE).execute(wanted):
            yield orjson.dumps(tuple(row), option=orjson.OPT_NAIVE_UTC | orjson.OPT_UTC_Z)

    def values(self, name: str, *columns: str) -> Iterator[Sequence[Any]]:
        """Some columns of a table; nothing where the database has no such table."""
        for table in self._tables:
            if table.name == name:
                yield from self._connection.execute(select(*(table.columns[column] for column in columns)))


@contextmanager
def snapshot(engine: Engine) -> Iterator[Snapshot]:
    """The database as it is now, for as long as the block lasts."""
    options: dict[str, Any] = dict(READ_ONLY)
    if engine.dialect.name == "postgresql":
        options |= {"isolation_level": "REPEATABLE READ"}
    with engine.execution_options(**options).connect() as connection:
        _without_time_limit(connection)
        yield Snapshot(connection)


def is_empty(engine: Engine) -> bool:
    """Whether no table has a row."""
    make_folder(engine.url)
    with engine.execution_options(**READ_ONLY).connect() as connection:
        tables = _tables(connection)
        return all(
            connection.execute(select(1).select_from(table).limit(1)).first() is None for table in tables
        )


def replace(engine: Engine, revision: str, tables: Iterable[tuple[str, Iterator[Line]]]) -> Mapping[str, int]:
    """Put these tables in the place of all there is, upgraded to this program's revision; the rows of each.

    In one transaction: whatever ends it before its end leaves the database as it was. ``tables`` come as
    ``Snapshot.names`` has them.
    """
    make_folder(engine.url)
    counts: dict[str, int] = {}
    with engine.begin() as connection:
        wait_for_turn(connection)
        _clear(connection)
        bring_to(connection, revision)
        made = {table.name: table for table in _tables(connection)}
        for name, lines in tables:
            counts[name] = _fill(connection, made[name], lines)
        _count_on(connection, made.values())
        bring_to(connection, "head")
    return counts


def _tables(connection: Connection) -> list[Table]:
    found = MetaData()
    found.reflect(connection)
    return [table for table in found.sorted_tables if table.name != REVISION_TABLE]


def _clear(connection: Connection) -> None:
    found = MetaData()
    found.reflect(connection)
    found.drop_all(connection)


def _without_time_limit(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL statement_timeout = 0"))


def _readable(column: Column[Any]) -> Any:
    """JSON as it is written there, letter by letter."""
    if not isinstance(column.type, JSON):
        return column
    return cast(column, Text) if _is_postgresql(column) else type_coerce(column, Text)


def _is_postgresql(column: Column[Any]) -> bool:
    return column.type.__class__.__module__.startswith("sqlalchemy.dialects.postgresql")


def _fill(connection: Connection, table: Table, lines: Iterator[Line]) -> int:
    columns = [table.columns[name] for name in orjson.loads(next(lines))]
    statement = _insert(table, columns)
    readers = [(column.name, _reader(column)) for column in columns]
    count = 0
    while some := list(islice(lines, AT_ONCE)):
        rows = [
            {name: read(value) for (name, read), value in zip(readers, orjson.loads(line), strict=True)}
            for line in some
        ]
        connection.execute(statement, rows)
        count += len(rows)
    return count


def _insert(table: Table, columns: Sequence[Column[Any]]) -> Insert:
    values = {
        column.name: _written(column) if isinstance(column.type, JSON) else bindparam(column.name)
        for column in columns
    }
    return insert(table).values(values)


def _written(column: Column[Any]) -> Any:
    written = bindparam(column.name, type_=Text)
    return cast(written, column.type) if _is_postgresql(column) else type_coerce(written, Text)


def _reader(column: Column[Any]) -> Callable[[Any], Any]:
    if isinstance(column.type, DateTime):
        return lambda value: None if value is None else _moment(value, aware=_is_postgresql(column))
    if isinstance(column.type, Date):
        return lambda value: None if value is None else dt.date.fromisoformat(value)
    return lambda value: value


def _moment(value: str, *, aware: bool) -> dt.datetime:
    """SQLite keeps moments without their zone, which is UTC."""
    found = dt.datetime.fromisoformat(value)
    return found if aware else found.replace(tzinfo=None)


def _count_on(connection: Connection, tables: Iterable[Table]) -> None:
    """PostgreSQL's numbers go on behind the highest there is."""
    if connection.dialect.name != "postgresql":
        return
    for table in tables:
        for column in table.primary_key.columns:
            sequence = connection.scalar(select(func.pg_get_serial_sequence(f'"{table.name}"', column.name)))
            if sequence is not None:
                highest = connection.scalar(select(func.max(column)))
                connection.execute(select(func.setval(sequence, highest or 1, highest is not None)))
