"""What is known of a caller, asked in mid-call: a slow or dead database holds nobody up."""

from __future__ import annotations

import asyncio
import datetime as dt
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from agi.knowledge import AWAY, THREADS, Knowledge
from agi.scripts.knowing import state_of
from callcenter.flow import Served, WhoServed
from callcenter.routing.caller_lists import put
from schema.reading import Reader, Readers
from schema.session import engine_for, session_factory

pytestmark = [pytest.mark.req("RT-2", "RT-3")]
AT = dt.datetime(2026, 3, 3, 12, 0, tzinfo=dt.UTC)
CALLER = "13800138000"
ROW = {"until": None, "note": None, "prompt": None, "tier": None, "agent": None, "queue": None}
BLOCKED = {**ROW, "list": "block", "number": CALLER, "prefix": False, "wait_seconds": 0, "priority": 0}


class Database:
    """Counts how often it is asked; does what ``then`` says."""

    def __init__(self, then: Any) -> None:
        self.asked, self.then = 0, then

    def __call__(self) -> Reader:
        self.asked += 1
        return self.then()  # type: ignore[no-any-return]


@pytest.fixture
def stuck() -> Iterator[threading.Event]:
    """A database that answers when the test is over."""
    over = threading.Event()
    yield over
    over.set()


def refuse() -> Reader:
    raise OperationalError("SELECT", {}, Exception("no connection"))


def test_a_listed_caller_is_known(migrated: Path, tmp_path: Path) -> None:
    engine = engine_for(f"sqlite:///{migrated}")
    sessions = session_factory(engine)
    with sessions.begin() as session:
        put(session, [BLOCKED], "chen", AT)
    knowledge = Knowledge(Readers(engine), limit_seconds=30)
    found = asyncio.run(knowledge.of(f"+86{CALLER}", "cn", AT))
    knowledge.close()
    with sessions.begin() as session:
        session.connection().exec_driver_sql("DELETE FROM listed_callers")
    engine.dispose()
    assert found.entry is not None
    assert (found.entry.list, found.entry.number, found.trouble) == ("block", CALLER, "")


def test_a_dead_database_is_told_as_trouble_and_then_left_alone() -> None:
    database = Database(refuse)
    knowledge = Knowledge(database)

    async def calls() -> None:
        assert (await knowledge.of(CALLER, "cn", AT)).trouble == AWAY
        assert (await knowledge.closings(AT)).trouble == AWAY
        asked = WhoServed("sales", 24)
        assert await knowledge.last_served(CALLER, "cn", asked, (), AT) == Served(trouble=AWAY)

    asyncio.run(calls())
    knowledge.close()
    assert database.asked == 1


def test_a_stuck_database_is_not_waited_for_and_the_loop_turns_meanwhile(stuck: threading.Event) -> None:
    def hang() -> Reader:
        stuck.wait(60)
        return refuse()

    knowledge = Knowledge(Database(hang), limit_seconds=0.1)

    async def call() -> tuple[str, int]:
        turns = 0
        asking = asyncio.ensure_future(knowledge.of(CALLER, "cn", AT))
        while not asking.done():
            turns += 1
            await asyncio.sleep(0)
        return asking.result().trouble, turns

    trouble, turns = asyncio.run(call())
    knowledge.close()
    assert trouble == AWAY
    assert turns > 1


def test_one_late_answer_costs_the_next_call_nothing_and_as_many_as_there_are_threads_do(
    stuck: threading.Event, migrated: Path
) -> None:
    engine, hung = engine_for(f"sqlite:///{migrated}"), threading.Semaphore(THREADS)
    readers = Readers(engine)

    def hang_at_first() -> Reader:
        if hung.acquire(blocking=False):
            stuck.wait(60)
        return readers()

    knowledge = Knowledge(hang_at_first, limit_seconds=0.1)

    async def calls() -> None:
        for _ in range(THREADS):
            assert (await knowledge.closings(AT)).trouble == AWAY
        began = time.monotonic()
        assert (await knowledge.closings(AT)).trouble == AWAY
        assert time.monotonic() - began < 0.1
        stuck.set()
        async with asyncio.timeout(30):
            while (await knowledge.closings(AT)).trouble:
                await asyncio.sleep(0.01)

    asyncio.run(calls())
    knowledge.close()
    engine.dispose()


@pytest.mark.parametrize(
    ("counts", "state"),
    [
        ("1 0 1", "free"),
        ("1 0 0", "busy"),
        ("1 1 0", "paused"),
        ("0 0 0", "away"),
        ("", "away"),
        ("1 0", "away"),
        ("x y z", "away"),
    ],
)
def test_an_agent_s_state_is_read_from_their_own_queue(counts: str, state: str) -> None:
    assert state_of(counts) == state
