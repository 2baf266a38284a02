"""A mixed day of calls on a whole private Hotline, with thirty agents and some pairs: ``python -m bench.day``.

Every kind of call at once by one seed, each compared with what the simulator says of it, the books of SIPp, rows,
ledger and files with each other, agents' times with the messages of their phones. The house is that of the
end-to-end tests, and nothing of it is left. Prints JSON.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
from contextlib import redirect_stdout
from dataclasses import dataclass

from lab.home import temporary_home
from lab.postgres import PrivatePostgres
from lab.real_time import real_time
from tests.e2e.crowd import crowd
from tests.e2e.day.agents_times import NEAR
from tests.e2e.day.books import unbalanced
from tests.e2e.day.play import Day, play
from tests.e2e.house import House, one_at_a_time
from tests.e2e.lateness import Lateness

RINGS_MS, TALK_SECONDS = 300, 1.8
FILES = 8192
"""A socket for each call of a kind."""


@dataclass(frozen=True)
class Machine:
    """What a day was played on. ``late``: how late this process, the phones, was woken at worst, in seconds."""

    real_time: bool
    """Whether Asterisk and the phones went before all else."""
    late: float


def measure(calls: int, rate: float, seed: int, postgresql: bool) -> tuple[Day, Machine]:
    """The day, and what it was played on."""
    with one_at_a_time(), temporary_home() as home:
        house = House(home)
        server = PrivatePostgres(home / "pg") if postgresql else None
        try:
            if server:
                server.start()
                house.use_database(server.create("hotline"), server)
            house.up()
            urgent = real_time(house.asterisk.pid or 0)
            with crowd(house, rings_ms=RINGS_MS, talk_seconds=TALK_SECONDS) as phones, Lateness() as late:
                return play(house, phones, calls, rate, seed), Machine(urgent, late.worst)
        finally:
            house.down()
            if server:
                server.stop()


def told(day: Day, rate: float, machine: Machine) -> dict[str, object]:
    """What is written down of it."""
    figures = sorted({name for each in day.times.values() for name in each})
    return {
        "calls": sum(day.kinds.values()),
        "rate": rate,
        "seconds": round(day.seconds, 1),
        "kinds": dict(day.kinds),
        "agents": len(day.times),
        "wrong": list(day.wrong),
        "failed": list(day.failed),
        "channels": list(day.channels),
        "books": {name: list(values) for name, values in day.books.items()},
        "unbalanced": unbalanced(day.books),
        "times": {
            name: (round(max(abs(each[name]) for each in day.times.values()), 3), NEAR[name])
            for name in figures
        },
        "furthest": {name: max(day.times, key=lambda agent: abs(day.times[agent][name])) for name in figures},
        "real_time": machine.real_time,
        "late": round(machine.late, 3),
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=2000)
    parser.add_argument("--rate", type=float, default=10.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--postgresql", action="store_true", help="instead of the embedded database")
    options = parser.parse_args()
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(FILES, most), most))
    with redirect_stdout(sys.stderr):
        day, machine = measure(options.calls, options.rate, options.seed, options.postgresql)
    print(json.dumps(told(day, options.rate, machine), indent=2, ensure_ascii=False))


if __name__ == "__main__":
    main()
