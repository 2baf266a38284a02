"""Walks a second on one core: routing, the calendar, a welcome, two menus and an answered queue.

Run as ``python -m bench.simulator [SECONDS]``. Prints JSON: walks a second of CPU, median and best of many
short rounds, for other work on the machine comes and goes; the path and its facts are made in full, only the
texts are not printed. ``engine`` is the walk by itself, ``simulator`` reads presses and looks for calendars
whose holidays are not known, as the command does.
"""

from __future__ import annotations

import datetime as dt
import json
import statistics
import sys
import time

from callcenter.flow import Outcome, Pressed, Walk
from callcenter.simulator.walk import simulate
from callcenter.site import Site
from callcenter.site_file.published import Published

START = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
ROUNDS = 35
CALLER = "13800138000"
QUEUE = {"kind": "queue", "queue": "sales", "timeout": "@operator", "full": "@operator", "nobody": "@hangup"}
MENU = {"kind": "menu", "prompts": ["menu"]}
STEPS = {
    "start": {
        "kind": "branch",
        "on": "calendar",
        "calendar": "office",
        "cases": {"open": "welcome"},
        "otherwise": "welcome",
    },
    "welcome": {"kind": "play", "prompts": ["hello"], "next": "main_menu"},
    "main_menu": {**MENU, "keys": {"1": "operator", "2": "billing"}},
    "billing": {**MENU, "keys": {"0": "@back", "1": "operator"}},
    "operator": QUEUE,
}
SITE = Site.model_validate(
    {
        "name": "bench",
        "title": "Bench",
        "timezone": "Asia/Shanghai",
        "languages": ["zh"],
        "trunks": [{"name": "e1", "title": "E1", "connection": {"by": "address", "hosts": ["127.0.0.2"]}}],
        "dids": [{"number": f"9558{n:04}", "title": "A number", "flow": "main"} for n in range(2000)],
        "calendars": [
            {
                "name": "office",
                "title": "Office",
                "timezone": "Asia/Shanghai",
                "week": {day: ["09:00-12:00", "13:00-18:00"] for day in ("mon", "tue", "wed", "thu", "fri")},
                "exceptions": [
                    {"first": f"2026-{month:02}-01", "title": "A holiday", "closed": True}
                    for month in range(1, 13)
                ],
            }
        ],
        "prompts": [{"name": name, "text": {"zh": name}} for name in ("hello", "menu")],
        "queues": [{"name": "sales", "title": "Sales"}],
        "flows": [
            {
                "name": "main",
                "title": "Main",
                "language": "zh",
                "start": "start",
                "operator": "operator",
                "steps": STEPS,
            }
        ],
    }
)


def walks(published: Published, seconds: float) -> tuple[float, int]:
    """Walks a second, and facts a walk, by the engine alone."""
    silence, two, one, done = Pressed(None), Pressed("2"), Pressed("1"), Outcome("CONTINUE")
    began, count, facts = time.process_time(), 0, 0
    while time.process_time() - began < seconds:
        for number in range(500):
            at = START + dt.timedelta(minutes=97 * count)
            walk = Walk.enter(published, caller=CALLER, trunk="e1", did=f"9558{number:04}", at=at)
            for answer in (silence, two, one, done):
                walk.answer(answer)
            count += 1
            facts = len(walk.facts)
            assert walk.ended  # noqa: S101
    return count / (time.process_time() - began), facts


def simulations(published: Published, seconds: float) -> float:
    """Whole simulations a second, with presses read and texts looked up."""
    began, count = time.process_time(), 0
    while time.process_time() - began < seconds:
        for _ in range(500):
            at = START + dt.timedelta(minutes=97 * count)
            simulate(published, did="95580001", trunk="e1", caller=CALLER, at=at, presses="2,1")
            count += 1
    return count / (time.process_time() - began)


def main() -> None:
    """Measure in turn and print."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 0.1
    published = Published(SITE)
    rates: dict[str, list[float]] = {"engine": [], "simulator": []}
    for _ in range(ROUNDS):
        rate, facts = walks(published, seconds)
        rates["engine"].append(rate)
        rates["simulator"].append(simulations(published, seconds))
    found = {
        name: {"median": round(statistics.median(each)), "best": round(max(each))}
        for name, each in rates.items()
    }
    print(json.dumps({"facts_a_walk": facts, **found}, indent=2))


if __name__ == "__main__":
    main()
