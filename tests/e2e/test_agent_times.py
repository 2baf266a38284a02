"""``hotline agents times`` says what the agent's phone did, to the second."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import pytest

from lab import sipp
from lab.scenario import Agent, Caller
from lab.sipp_events import Event, EventKind
from lab.sipp_run import Address, Run
from tests.e2e.house import House
from tests.e2e.site_agents import number_of
from tests.e2e.until import until
from tests.e2e.verbs_agents import SEATS, login

pytestmark = [pytest.mark.req("ACD-5")]
AGENT, QUEUE, WRAPUP_SECONDS = "6113", "ag_times", 3
TRUNK = Address("127.0.0.2")
NEAR = 1.0


def test_an_agents_times_are_those_of_the_phone(house: House, measured: Callable[..., None]) -> None:
    before = times(house)
    phone = Agent(login=login(house, AGENT), rings_ms=1500, talk_seconds=3)
    caller = Caller(dials=number_of(QUEUE), number="13811130001", tone_hz=440)
    began, paused = time.monotonic(), 0.0
    with sipp.start(phone, house.sip, house.sipp_logs, at=SEATS, seconds=120) as run:
        house.run("agents", "login", AGENT, "--seat", f"t{AGENT}")
        logged_in = time.monotonic()
        until(lambda: f"{AGENT} (" in free(house), 20, "the agent can be rung")
        sipp.run(caller, house.sip, house.sipp_logs, at=TRUNK, seconds=60)
        for state in ("wrapup", "ready"):
            until(lambda state=state: listed(house)["state"] == state, 20, f"the agent is {state}")
        house.run("agents", "pause", AGENT, "--reason", "lunch")
        paused = time.monotonic()
        until(lambda: time.monotonic() - paused >= 2, 5, "lunch is over")
        house.run("agents", "unpause", AGENT)
        paused = time.monotonic() - paused
        house.run("agents", "logout", AGENT)
        logged_in = time.monotonic() - logged_in
        measured("the whole", time.monotonic() - began)
    found = until(lambda: changed(house, before), 20, "the call's seconds are booked")
    ringing, talking = first(run, "answered").at - first(run, "ringing").at, 0.0
    talking = first(run, "ended").at - first(run, "answered").at
    wanted = {"ringing_s": ringing, "talking_s": talking, "paused_s": paused, "logged_in_s": logged_in}
    wanted |= {"wrapup_s": float(WRAPUP_SECONDS), "unreachable_s": 0.0}
    wanted |= {"ready_s": logged_in - paused - ringing - talking - WRAPUP_SECONDS}
    for name, seconds in wanted.items():
        measured(f"{name} differs by", found[name] - before[name] - seconds)
        assert abs(found[name] - before[name] - seconds) <= NEAR, name
    assert found["reasons"].keys() == {"lunch"}


def first(run: Run, kind: EventKind) -> Event:
    return run.events(kind)[0]


def free(house: House) -> str:
    """The members of the queue that can be rung."""
    return "\n".join(
        line for line in house.asterisk.rx(f"queue show {QUEUE}").splitlines() if "(Not in use)" in line
    )


def listed(house: House) -> dict[str, Any]:
    """What ``hotline agents list`` says of the agent."""
    rows = json.loads(house.run("agents", "list", "--json"))
    return dict(next(row for row in rows if row["agent"] == AGENT))


def times(house: House) -> dict[str, Any]:
    (row,) = json.loads(house.run("agents", "times", "--agent", AGENT, "--json"))
    return dict(row)


def changed(house: House, before: dict[str, Any]) -> dict[str, Any] | None:
    found = times(house)
    return found if found["talking_s"] > before["talking_s"] else None
