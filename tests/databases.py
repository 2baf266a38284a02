"""Fixtures of both databases with all tables: an SQLite file and a private PostgreSQL.

A folder's conftest takes them in with ``from tests.databases import database, server``.
"""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker

from lab.home import temporary_home
from lab.postgres import PrivatePostgres
from schema.session import engine_for, session_factory
from schema.upgrade import upgrade

Sessions = sessionmaker[Session]
BOTH = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]
_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def server() -> Iterator[PrivatePostgres]:
    """A running PostgreSQL; started by the first test that wants it."""
    with temporary_home() as home:
        server = PrivatePostgres(home / "pg", durable=False)
        server.start()
        yield server
        server.stop()


def set_up(url: str, migrated: Path) -> Engine:
    """An engine on an empty database, which is given all tables: for SQLite those of the file ``migrated``."""
    engine = engine_for(url)
    if engine.url.get_backend_name() == "sqlite":
        shutil.copy(migrated, str(engine.url.database))
    else:
        upgrade(engine)
    return engine


@pytest.fixture(params=BOTH)
def database(request: pytest.FixtureRequest, tmp_path: Path, migrated: Path) -> Iterator[Engine]:
    """An engine on a database with all tables and no rows."""
    url = f"sqlite:///{tmp_path}/hotline.db"
    if request.param == "postgresql":
        server = request.getfixturevalue("server")
        url = server.create(f"test_{next(_numbers)}")
    engine = set_up(url, migrated)
    yield engine
    engine.dispose()


@pytest.fixture
def sessions(database: Engine) -> Sessions:
    """Sessions on ``database``, as the program makes them."""
    return session_factory(database)
