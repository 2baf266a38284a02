"""Facts from the journal into each database: rows a second, and CPU a row: ``python -m bench.database``.

The journal's own segments, 600 facts each (a hundred calls of six steps), stored by the very function that the
FastAGI process drains with, one transaction a segment, durable as in production. Prints JSON.
"""

from __future__ import annotations

import datetime as dt
import json
import statistics
import time
from pathlib import Path

from sqlalchemy import Engine

from callcenter.facts import STEP, drain
from callcenter.journal import Journal
from lab.home import temporary_home
from lab.postgres import PrivatePostgres
from schema.session import engine_for, session_factory
from schema.upgrade import upgrade

CALLS, STEPS, ROUNDS = 100, 6, 9


def write(journal: Journal, batch: int) -> None:
    """The facts of a hundred calls."""
    for call in range(CALLS):
        for number in range(STEPS):
            fact = {
                "uniqueid": f"bench-{batch}.{call}",
                "at": dt.datetime.now(dt.UTC),
                "number": number,
                "version": 1,
                "flow": "main",
                "step": f"menu_{number}",
                "kind": "menu",
                "heard": ("main_menu",),
                "keys": "1",
                "outcome": "key",
                "next": "billing",
                "reason": "key 1 was pressed",
            }
            journal.put(STEP, f"bench-{batch}.{call}", fact)


def rate(engine: Engine, folder: Path) -> dict[str, float]:
    """Median of nine drains; the first, which compiles the statement, is left out."""
    upgrade(engine)
    journal, sessions = Journal(folder, "bench"), session_factory(engine)
    walls, cpus = [], []
    for batch in range(ROUNDS + 1):
        write(journal, batch)
        began, cpu = time.monotonic(), time.process_time()
        stored = drain(journal, sessions)
        walls.append((time.monotonic() - began) / stored)
        cpus.append((time.process_time() - cpu) / stored)
    engine.dispose()
    return {
        "rows_a_second": round(1 / statistics.median(walls[1:])),
        "cpu_us_a_row": round(statistics.median(cpus[1:]) * 1e6, 1),
    }


def main() -> None:
    """Measure both and print."""
    with temporary_home() as home:
        found = {"SQLite": rate(engine_for(f"sqlite:///{home}/bench.db"), home / "sqlite")}
        server = PrivatePostgres(home / "postgresql")
        server.start()
        try:
            found["PostgreSQL"] = rate(engine_for(server.create("bench")), home / "facts")
        finally:
            server.stop()
    print(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
