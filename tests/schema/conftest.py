"""Engines on both databases; the servers are those of all tests (``tests/conftest.py``)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from schema.session import engine_for


@pytest.fixture
def url(database_url: str) -> str:
    """The address of an empty database, on either engine."""
    return database_url


@pytest.fixture
def empty(url: str) -> Iterator[Engine]:
    """An engine on an empty database."""
    engine = engine_for(url)
    yield engine
    engine.dispose()


@pytest.fixture
def engine(database: Engine) -> Engine:
    """An engine on a database with all tables."""
    return database
