"""PostgreSQL stops in the middle of calls: they go on, and all of it is in the database afterwards."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from lab.postgres import PrivatePostgres
from tests.e2e.case import Case
from tests.e2e.house import House
from tests.e2e.runner import play
from tests.e2e.telephony_site import site

CASE = Case(
    name="postgres",
    req=["OPS-1"],
    agents={"3021": {"tone_hz": 950, "talk_seconds": 4}},
    callers={"anna": {"dials": "4009001002", "tone_hz": 440}},
    happens=[
        {"dial": "anna"},
        {"answered": "3021"},
        {"fault": "postgres stopped"},
        {"ended": "3021"},
        {"hears": "anna"},
        {"press": {"anna": "2"}},
        {"ended": "anna"},
        {"fault": "listener notices"},
        {"fault": "everything mended"},
    ],
    seen={
        "anna": {
            "path": ["hello", "wait"],
            "visits": {"outcome": "answered", "agent": "3021"},
            "recordings": {"state": "ready"},
            "scores": {"outcome": "scored", "score": 2},
            "gap": "database",
        }
    },
)


@pytest.fixture
def house_on_postgres(idle_house: House, postgres: PrivatePostgres) -> Iterator[House]:
    """The house, its rows in PostgreSQL for the time of a test."""
    idle_house.use_database(postgres.create("hotline"), postgres)
    idle_house.load(site())
    idle_house.restart_processes()
    yield idle_house
    idle_house.app.engine().dispose()
    idle_house.use_database(None)
    idle_house.restart_processes()


@pytest.mark.postgres
@pytest.mark.req("OPS-1")
def test_postgresql_stopped_for_some_seconds_loses_nothing(house_on_postgres: House) -> None:
    play(CASE, house_on_postgres)
