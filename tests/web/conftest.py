"""The program that tests of the HTTP interface ask."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from schema.session import session_factory
from tests.databases import Sessions, sqlite_copy
from tests.web.programs import Program


@pytest.fixture
def program(sessions: Sessions, tmp_path: Path) -> Iterator[Program]:
    """On either database."""
    made = Program(sessions, tmp_path / "home")
    yield made
    made.close()


@pytest.fixture
def embedded(tmp_path: Path, migrated: Path) -> Iterator[Program]:
    """On the embedded database, for what has nothing to do with one."""
    engine: Engine = sqlite_copy(migrated, tmp_path)
    made = Program(session_factory(engine), tmp_path / "home")
    yield made
    made.close()
    engine.dispose()
