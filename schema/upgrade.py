"""Bringing a database to this program's tables. There is no way down: keep a copy before an upgrade."""

from __future__ import annotations

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, MetaData, text

from schema import (
    agents,
    api_keys,
    boards,
    calls,
    conferences,
    config,
    desks,
    follow_ups,
    fraud,
    missed_in_a_row,
    peers,
    processes,
    recording_copies,
    recordings,
    routing,
    site,
    surveys,
    trunks,
    voicemail,
    waiting,
)
from schema.base import Base
from schema.session import make_folder

WITH_TABLES = (
    agents,
    api_keys,
    boards,
    calls,
    conferences,
    config,
    desks,
    follow_ups,
    fraud,
    missed_in_a_row,
    peers,
    processes,
    recording_copies,
    recordings,
    routing,
    site,
    surveys,
    trunks,
    waiting,
    voicemail,
)
"""Every module that has tables: they are known once it is imported."""
_LOCK = 4_008_001
"""PostgreSQL advisory lock: two upgrades at once go one after the other."""


def metadata() -> MetaData:
    """All tables of the program."""
    return Base.metadata


def head() -> str:
    """The revision this program works with."""
    revision = ScriptDirectory.from_config(_config()).get_current_head()
    assert revision is not None  # noqa: S101
    return revision


def current(engine: Engine) -> str | None:
    """The revision the database is at; None when it is empty."""
    if engine.url.get_backend_name() == "sqlite":
        make_folder(engine.url)
    with engine.execution_options(sqlite_readonly=True).connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def upgrade(engine: Engine) -> tuple[str | None, str]:
    """Run the missing revisions in one transaction; gives the revision before and after."""
    make_folder(engine.url)
    with engine.begin() as connection:
        wait_for_turn(connection)
        before = MigrationContext.configure(connection).get_current_revision()
        bring_to(connection, "head")
    return before, head()


def bring_to(connection: Connection, revision: str) -> None:
    """Run the missing revisions up to ``revision`` in the transaction at hand."""
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def knows(revision: str) -> bool:
    """Whether this program has the revision: it is not of a newer one."""
    return any(each.revision == revision for each in ScriptDirectory.from_config(_config()).walk_revisions())


def wait_for_turn(connection: Connection) -> None:
    """Let no other upgrade work beside this transaction. SQLite's own write lock is held already."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL statement_timeout = 0"))
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", "schema:migrations")
    config.set_main_option("path_separator", "os")
    return config
