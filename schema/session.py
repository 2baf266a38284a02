"""Engines and sessions for both databases: SQLite (embedded) and PostgreSQL.

Whoever writes takes SQLite's write lock when the transaction begins, so that a second writer waits
(at most ``WAIT_SECONDS``) instead of failing half-way; whoever only reads says so and never waits.
"""

from __future__ import annotations

import json
import threading
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

WAIT_SECONDS = 5
"""How long a statement waits for a lock or works before it is given up, on either engine."""

READ_ONLY = {"postgresql_readonly": True, "sqlite_readonly": True}
"""Execution options of a connection that waits for no writer and is refused to write."""

_to_json = partial(json.dumps, ensure_ascii=False, separators=(",", ":"), allow_nan=False)

_ON_CONNECT = (
    f"PRAGMA busy_timeout = {WAIT_SECONDS * 1000}",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
)


def engine_for(url: str | URL) -> Engine:
    """An engine for ``sqlite:///FILE`` or ``postgresql://USER@HOST/DATABASE``. Connects at first use.

    Raises ValueError for any other database.
    """
    url = make_url(url)
    backend = url.get_backend_name()
    if backend == "sqlite":
        return _sqlite(url)
    if backend == "postgresql":
        return _postgresql(url)
    raise ValueError(f"database {backend} is not supported: give a sqlite:/// or postgresql:// address")


def session_factory(engine: Engine, *, read_only: bool = False) -> sessionmaker[Session]:
    """Sessions on ``engine``. Those that are ``read_only`` wait for no writer and are refused to write."""
    if read_only:
        engine = engine.execution_options(**READ_ONLY)
    return sessionmaker(engine, expire_on_commit=False)


def reading(sessions: sessionmaker[Session]) -> Session:
    """A session on the database of these that only reads, whatever they do themselves."""
    return sessions(bind=sessions.kw["bind"].execution_options(**READ_ONLY))


def trouble(error: SQLAlchemyError) -> str:
    """One sentence for the operator: what the database said, and what to look at. Shows no password."""
    said = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
    if "database is locked" in said:
        return f"the database is locked: another program has held it for {WAIT_SECONDS} s; try again"
    if "no such table" in said or ("relation" in said and "does not exist" in said):
        return "the database has not been set up: run hotline db upgrade"
    if "unable to open database file" in said:
        return "the database file can't be opened: see that its folder exists and may be written"
    if "is not a database" in said or "malformed" in said:
        return f"the database file is damaged: put it back from a backup ({said})"
    mend = "; see that it runs, and HOTLINE_DATABASE_URL" if said.startswith("connection") else ""
    return f"the database did not do it: {said}{mend}"


def _sqlite(url: URL) -> Engine:
    # The connection used last is used next: each that is in use keeps two megabytes of the file in memory.
    engine = create_engine(url, json_serializer=_to_json, pool_use_lifo=True)
    event.listen(engine, "connect", _set_pragmas)
    event.listen(engine, "begin", partial(_begin, Turns(engine)))
    return engine


class Turns:
    """Writers of one process, one after the other: SQLite lets who waits sleep for up to a tenth of a second.

    It is a courtesy: whoever has waited for too long tries without it, and SQLite decides.
    """

    def __init__(self, engine: Engine) -> None:
        self._free = threading.Lock()
        self._holder: object = None
        for ending in ("checkin", "invalidate"):
            event.listen(engine, ending, lambda connection, *_: self.end(connection))

    def begin(self, connection: object) -> None:
        """Wait for this connection's turn."""
        if self._holder is not connection and self._free.acquire(timeout=WAIT_SECONDS):
            self._holder = connection

    def end(self, connection: object) -> None:
        """The next one's turn, if it was this connection's."""
        if connection is not None and self._holder is connection:  # None: it was lost, and had its end before
            self._holder = None
            self._free.release()


def _set_pragmas(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # the driver's own BEGIN comes too late: see _begin
    for pragma in _ON_CONNECT:
        connection.execute(pragma)


def _begin(turns: Turns, connection: Connection) -> None:
    reads = bool(connection.get_execution_options().get("sqlite_readonly", False))
    if not reads:
        turns.begin(connection.connection.dbapi_connection)
    connection.exec_driver_sql(f"PRAGMA query_only = {int(reads)}")
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")


def _postgresql(url: URL) -> Engine:
    milliseconds = WAIT_SECONDS * 1000
    options = f"-c statement_timeout={milliseconds} -c timezone=UTC"
    return create_engine(
        url.set(drivername="postgresql+psycopg"),
        json_serializer=_to_json,
        pool_pre_ping=True,
        connect_args={
            "options": options,
            "connect_timeout": WAIT_SECONDS,
            "application_name": "hotline",
        },
    )


def make_folder(url: URL) -> None:
    """Make the folder an SQLite file is to stand in, readable by its owner alone."""
    if url.get_backend_name() == "sqlite" and url.database not in (None, "", ":memory:"):
        folder = Path(str(url.database)).parent
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.mkdir(mode=0o700, exist_ok=True)
