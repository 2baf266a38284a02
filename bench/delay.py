"""From an event to its row at a hundred calls a second: ``python -m bench.delay``.

A real ``hotline ami`` follows an Asterisk that has no calls; events and ledger lines of calls are said to it besides
(``bench.synthetic``), each call with a queue, a talk and a score, 38 events and 30 lines within a second. Measured on
both databases at each rate: from a call's first event to its row, and from its last ledger line to the row that says
it is over. Every fifth call's row is asked for every few milliseconds. Prints JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, redirect_stdout
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from bench.center import prepared, site
from bench.synthetic import call_id, play
from callcenter.ledger_format import CEL_FILE
from callcenter.settings import Settings
from cli import Hotline
from lab.home import temporary_home
from lab.postgres import PrivatePostgres
from lab.processes import cpu_seconds
from lab.progress import Progress
from lab.ready import live
from schema.calls import Call
from tests.chaos.proxy import Proxy

EVERY, LOOK_SECONDS, LATE_SECONDS = 5, 0.005, 30.0
FIRST = (10, 3.0)
"""A rate and seconds that are not measured: what a listener does for the first time takes longer."""
AIM_MS = 200


class Watched:
    """Calls whose rows are asked for, from when they were told of until they are there."""

    def __init__(self, reading: sessionmaker[Session]) -> None:
        self._reading = reading
        self._waiting: dict[tuple[str, bool], float] = {}
        self._over = False
        self.delays: dict[bool, list[float]] = {False: [], True: []}
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def wait_for(self, call: str, over: bool, since: float) -> None:
        """From now on."""
        self._waiting[call, over] = since

    def end(self) -> int:
        """How many never came."""
        until = time.monotonic() + LATE_SECONDS
        while self._waiting and time.monotonic() < until:
            time.sleep(0.05)
        self._over = True
        self._thread.join()
        return len(self._waiting)

    def _look(self) -> None:
        while not self._over:
            waiting = dict(self._waiting)
            asked = select(Call.call_id, Call.state).where(Call.call_id.in_({call for call, _ in waiting}))
            with self._reading() as session:
                self._found(dict(map(tuple, session.execute(asked))), waiting)
            time.sleep(LOOK_SECONDS)

    def _found(self, states: Mapping[str, str], waiting: Mapping[tuple[str, bool], float]) -> None:
        now = time.monotonic()
        for (call, over), since in waiting.items():
            if call in states and (not over or states[call] == "closed"):
                self.delays[over].append(now - since)
                del self._waiting[call, over]


@contextmanager
def listener(settings: Settings) -> Iterator[int]:
    """``hotline ami`` with these settings; gives its process."""
    with (settings.folder / "ami.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "cli", "ami"],
            env={**os.environ, **settings.environment()},
            stdout=log,
            stderr=log,
        )
    try:
        yield process.pid
    finally:
        process.terminate()
        process.wait()


def measure(
    home: Path, rates: Sequence[float], seconds: float, url: str | None
) -> dict[str, dict[str, float]]:
    """Each rate for so long, on one database."""
    app, asterisk = prepared(home, 0, site(1), **({"database_url": url} if url else {}))
    with ExitStack() as stack:
        stack.enter_context(live(app, asterisk, Progress(sys.stderr)))
        line = Proxy(app.settings.ami_port)
        stack.callback(line.close)
        here = app.settings.model_copy(update={"ami_port": line.port})
        pid = stack.enter_context(listener(here))
        while not line.connections or "hotline" not in asterisk.rx("manager show connected"):
            time.sleep(0.05)
        one_rate(app, line, pid, *FIRST, int(time.time()) - 1000)
        found = {}
        for place, rate in enumerate(rates):
            found[f"{rate:g}"] = one_rate(app, line, pid, rate, seconds, int(time.time()) + 1000 * place)
            print(rate, found[f"{rate:g}"], file=sys.stderr, flush=True)
        return found


def one_rate(
    app: Hotline, line: Proxy, pid: int, rate: float, seconds: float, since: int
) -> dict[str, float]:
    """Percentiles in milliseconds, rows that never came, and the listener's CPU a call."""
    log = app.settings.log
    watched, calls = Watched(app.sessions(read_only=True)), round(rate * seconds)
    before = cpu_seconds(pid)
    with (log / "cel-custom" / CEL_FILE).open("ab", 0) as cel, (log / "queue_log").open("ab", 0) as queue:
        for told in play(calls, rate, since, {"ami": line.say, "cel": cel.write, "queue_log": queue.write}):
            if told.number % EVERY == 0:
                watched.wait_for(call_id(told.number, since), told.last, told.at)
    never = watched.end()
    found: dict[str, float] = {"calls": calls, "never": never}
    for over, name in ((False, "first event"), (True, "end")):
        hundredths = statistics.quantiles(watched.delays[over] or [LATE_SECONDS] * 2, n=100)
        found |= {
            f"{name} p50 ms": round(hundredths[49] * 1000),
            f"{name} p99 ms": round(hundredths[98] * 1000),
        }
    return found | {"listener ms a call": round((cpu_seconds(pid) - before) * 1000 / calls, 1)}


def main() -> None:
    """Measure both and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rates", type=float, nargs="+", default=[10, 25, 50, 100])
    parser.add_argument("--seconds", type=float, default=20.0)
    options = parser.parse_args()
    found = {}
    with redirect_stdout(sys.stderr):
        with temporary_home() as home:
            found["SQLite"] = measure(home, options.rates, options.seconds, None)
        with temporary_home() as home:
            server = PrivatePostgres(home / "postgresql")
            server.start()
            try:
                url = server.create("bench")
                found["PostgreSQL"] = measure(home, options.rates, options.seconds, url)
            finally:
                server.stop()
    print(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
