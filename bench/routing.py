"""A routing decision with its queries: ``python -m bench.routing``.

100,000 numbers on the black list, 100,000 on the VIP list, 1,000,000 past calls of a month, each with a visit.
Measured as a FastAGI worker asks: list entry and closings in one contact with the database by way of a thread,
the pure decision, and for a queue that remembers its callers the last agent in a second contact. Half of the
callers are listed, all have called before. Prints JSON: milliseconds of one call's decision, wall
time; where it may, the measurement has real-time priority.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import random
import statistics
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import uvloop
from sqlalchemy import Engine, text

from agi.knowledge import Knowledge
from bench.simulator import SITE
from callcenter.flow import WhoServed
from callcenter.routing.decision import decide
from callcenter.site_file.published import Published
from lab.home import temporary_home
from lab.postgres import PrivatePostgres
from schema.reading import Readers
from schema.session import engine_for
from schema.upgrade import upgrade

LISTED, CALLS, NUMBERS, DECISIONS, WARM_UP = 100_000, 1_000_000, 400_000, 3000, 200
NOW = dt.datetime(2026, 6, 30, 4, 0, tzinfo=dt.UTC)
FIRST = 13_900_000_000
COUNT = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {0})"
MOMENT = {
    "sqlite": "strftime('%Y-%m-%d %H:%M:%f000', '2026-06-30 04:00:00', '-' || (i * 2.5) || ' seconds')",
    "postgresql": "TIMESTAMPTZ '2026-06-30 04:00:00+00' - i * INTERVAL '2.5 seconds'",
}
ASKED = WhoServed("sales", 24 * 30)


def fill(engine: Engine) -> None:
    """All tables, and what is in them."""
    upgrade(engine)
    at = MOMENT[engine.dialect.name]
    lists = (
        "INSERT INTO listed_callers (list, number, prefix, added_by, added_at, wait_seconds, queue, priority)"
    )
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SET LOCAL statement_timeout = 0"))
        for kind, offset, queue in (("block", 0, "NULL"), ("vip", LISTED, "'sales'")):
            row = f"'{kind}', CAST({FIRST + offset} + i AS TEXT), FALSE, 'bench', {at}, 0, {queue}, 5"
            connection.execute(text(_insert(lists, row, LISTED)))
        calls = "INSERT INTO calls (call_id, direction, caller, started_at, state)"
        caller = f"CAST({FIRST} + (i * 1013) % {NUMBERS} AS TEXT)"
        connection.execute(text(_insert(calls, f"'c' || i, 'inbound', {caller}, {at}, 'closed'", CALLS)))
        visits = (
            "INSERT INTO visits (call_id, number, queue, joined_at, answered_at, outcome, agent, talk_ms)"
        )
        row = f"'c' || i, 1, 'sales', {at}, {at}, 'answered', CAST(1000 + i % 500 AS TEXT), 60000"
        connection.execute(text(_insert(visits, row, CALLS)))
        connection.execute(text("ANALYZE"))


def _insert(head: str, row: str, count: int) -> str:
    return f"{head} {COUNT.format(count)} SELECT {row} FROM n"  # noqa: S608


async def decisions(knowledge: Knowledge, callers: Sequence[str]) -> tuple[list[float], list[float]]:
    """Milliseconds of each decision with the lists alone, and with the last agent too."""
    published, lists, whole = Published(SITE), [], []
    for caller in callers:
        began = time.perf_counter()
        known = await knowledge.of(caller, "cn", NOW)
        way = decide(published, "e1", "95580001", caller, NOW, known)
        decided = time.perf_counter()
        served = await knowledge.last_served(caller, "cn", ASKED, ("agent_1001",), NOW)
        ended = time.perf_counter()
        assert way.flow and served.agent and not known.trouble  # noqa: S101
        lists.append((decided - began) * 1000)
        whole.append((ended - began) * 1000)
    return lists, whole


@contextmanager
def ahead_of_others(*servers: int) -> Iterator[bool]:
    """Let this program and these go before all others: not the wait for a core is measured. False where it may not."""
    try:
        for process in (0, *servers):
            os.sched_setscheduler(process, os.SCHED_FIFO, os.sched_param(1))
    except PermissionError:
        yield False
        return
    try:
        yield True
    finally:
        for process in (0, *servers):
            os.sched_setscheduler(process, os.SCHED_OTHER, os.sched_param(0))


def measure(engine: Engine, *servers: int) -> dict[str, float | str]:
    """Percentiles on one filled database. ``servers``: the processes that begin its own."""
    fill(engine)
    engine.dispose()
    chosen = random.Random(7)
    callers = [str(FIRST + chosen.randrange(NUMBERS)) for _ in range(WARM_UP + DECISIONS)]
    knowledge = Knowledge(Readers(engine), limit_seconds=5)
    with ahead_of_others(*servers) as ahead:
        lists, whole = uvloop.run(decisions(knowledge, callers))
    knowledge.close()
    found: dict[str, float | str] = {"real-time priority": "yes" if ahead else "no"}
    for name, times in (("lists", lists), ("lists and last agent", whole)):
        hundredths = statistics.quantiles(times[WARM_UP:], n=100)
        found |= {f"{name}, p50 ms": round(hundredths[49], 3), f"{name}, p99 ms": round(hundredths[98], 3)}
    return found


def main() -> None:
    """Measure both and print."""
    with temporary_home() as home:
        found = {"SQLite": measure(engine_for(f"sqlite:///{home}/bench.db"))}
        server = PrivatePostgres(home / "postgresql")
        server.start()
        postmaster = int((server.data / "postmaster.pid").read_text().split()[0])
        try:
            found["PostgreSQL"] = measure(engine_for(server.create("bench")), postmaster)
        finally:
            server.stop()
    print(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
