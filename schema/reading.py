"""Reading in the middle of a call: statements as they are, each by itself, on a connection that stays open.

A session would begin and end a transaction around each of them, and ask first whether the connection is alive: with
PostgreSQL every one of these is a way there and back. Here the second time is soon enough: a statement that fails
on a connection that has been idle is sent once more on a new one.
"""

from __future__ import annotations

import datetime as dt
import re
import threading
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Engine, PoolProxiedConnection

Row = Sequence[Any]
FORBID_WRITING = {"sqlite": "PRAGMA query_only = 1", "postgresql": "SET default_transaction_read_only = on"}
NAMED = re.compile(r":(\w+)")


class Reader:
    """One thread's connection to a database. It can write nothing."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._kind = engine.dialect.name
        self._connection: PoolProxiedConnection | None = None

    def rows(self, statement: str, values: Mapping[str, Any]) -> list[Row]:
        """The rows of one statement with ``:names``. Raises what the driver raises."""
        if self._kind == "postgresql":
            statement = _as_psycopg(statement)
        else:
            values = {name: _as_text(value) for name, value in values.items()}
        if self._connection is not None:
            try:
                return self._ask(self._connection, statement, values)
            except Exception:  # whatever it is: only a new connection tells whether the old one was to blame
                self.close()
        self._connection = self._connect()
        try:
            return self._ask(self._connection, statement, values)
        except Exception:
            self.close()
            raise

    def close(self) -> None:
        """Give the connection up."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _connect(self) -> PoolProxiedConnection:
        connection = self._engine.raw_connection()
        if self._kind == "postgresql":
            connection.driver_connection.autocommit = True  # type: ignore[union-attr]
        connection.detach()  # it is not fit for anybody else
        connection.cursor().execute(FORBID_WRITING[self._kind])
        return connection

    def _ask(self, connection: PoolProxiedConnection, statement: str, values: Mapping[str, Any]) -> list[Row]:
        cursor = connection.cursor()
        try:
            cursor.execute(statement, values)
            return list(cursor.fetchall())
        finally:
            cursor.close()


class Readers:
    """Gives each thread a reader of its own."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._mine = threading.local()

    def __call__(self) -> Reader:
        """That of the calling thread."""
        found: Reader | None = getattr(self._mine, "reader", None)
        if found is None:
            found = self._mine.reader = Reader(self._engine)
        return found


@cache
def _as_psycopg(statement: str) -> str:
    return NAMED.sub(r"%(\1)s", statement)


def _as_text(value: Any) -> Any:
    """SQLite keeps moments as UTC text, as ``UtcDateTime`` writes them."""
    return f"{value.astimezone(dt.UTC):%Y-%m-%d %H:%M:%S.%f}" if isinstance(value, dt.datetime) else value
