"""The site of the end-to-end tests: the sample as it is shipped, and straight lines beside it.

A straight line is a number that leads after one word into a queue of its own with agents of its own, so
that many cases can be played at the same time and none takes another's agent. A branch is the sample's first
hotline once more, with a calendar of its own.
"""

from __future__ import annotations

import datetime as dt
import json
from copy import deepcopy
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from ruamel.yaml import YAML

from tests.e2e import site_flow_desks, site_recording, site_survey
from tests.e2e.site_agents import add_agents
from tests.e2e.site_day import add_day
from tests.e2e.site_fraud import add_fraud
from tests.e2e.site_hands import add_hands
from tests.e2e.site_inside import add_inside
from tests.e2e.site_phones import add_phones
from tests.e2e.site_phones_off import add_phones_off
from tests.e2e.site_rooms import add_rooms
from tests.e2e.site_routing import add_routing
from tests.e2e.site_trunks import add_trunks
from tests.e2e.site_waiting import add_waiting

SAMPLE = Path(__file__).parents[2] / "samples/telecom_zh_en.yaml"
LINES = range(1, 10)
BRANCH_QUEUE = "line6"
GOES_ON = "line7"
"""This line's flow goes on after the agent has hung up."""
CROWD = 30
"""Agents of the crowd's line, which serves the calls of the load tests."""
CROWD_LINE = "crowd"
LOOKUP_PORT = 32090
TWIN, SHUT = "4009003001", "4009003002"
"""The numbers of the branches: one whose calendar a case may change, and one that is never open."""
Site = dict[str, Any]


def site(*, twin: str = "open", **presence: str) -> str:
    """The site file's text, in JSON, which is YAML. ``twin``: that branch is open or closed all day.

    The rest: what becomes of whose phone.
    """
    found: Site = YAML(typ="safe").load(SAMPLE)
    _set_calendar(found, "office", "open")
    _widen(found)
    _point_lookups(found)
    _add_branch(found, "twin", TWIN, twin)
    _add_branch(found, "shut", SHUT, "closed")
    found["prompts"].append({"name": "hello", "text": {"zh": "您好", "en": "Hello"}})
    for number in LINES:
        _add_line(found, f"line{number}", f"400900100{number}", [f"30{number}1"])
    _named(found["flows"], GOES_ON)["steps"]["wait"]["done"] = "hello"
    crowd = [f"4{number:03}" for number in range(1, CROWD + 1)]
    _add_line(found, CROWD_LINE, "4009002000", crowd)
    add_routing(found)
    add_agents(found)
    site_survey.add(found, _add_line)
    add_hands(found, _add_line)
    site_recording.add(found, _add_line)
    add_inside(found)
    site_flow_desks.add(found)
    add_waiting(found, _add_line)
    add_rooms(found)
    add_trunks(found)
    add_phones(found, _add_line)
    add_phones_off(found, _add_line)
    add_fraud(found)
    add_day(found, crowd)
    found["presence"] = presence
    return json.dumps(found, ensure_ascii=False, indent=1, default=str)


def seat_of(agent: str) -> str:
    """Where an agent sits: the sample's at the desks of their order, ours at a seat named after them."""
    return f"s800{agent[3]}" if agent.startswith("100") else f"t{agent}"


def _set_calendar(found: Site, name: str, state: str) -> None:
    calendar = _named(found["calendars"], name)
    today = dt.datetime.now(ZoneInfo(calendar["timezone"])).date()
    if state == "closed":
        calendar |= {"week": {}, "exceptions": []}
    else:
        days = {"first": today, "last": today + dt.timedelta(days=1)}
        calendar["exceptions"] = [{**days, "title": "test", "hours": ["00:00-24:00"]}]


def _widen(found: Site) -> None:
    """The trunks that callers use have room for the load tests' calls."""
    for trunk in found["trunks"]:
        if trunk["name"] in ("e1", "analog"):
            trunk["channels"] = 1000


def _point_lookups(found: Site) -> None:
    for flow in found["flows"]:
        for step in flow["steps"].values():
            if step["kind"] == "lookup":
                step["url"] = step["url"].replace(":8095/", f":{LOOKUP_PORT}/")


def _add_branch(found: Site, name: str, number: str, state: str) -> None:
    calendar = deepcopy(_named(found["calendars"], "office")) | {"name": name}
    found["calendars"].append(calendar)
    _set_calendar(found, name, state)
    flow = deepcopy(_named(found["flows"], "main")) | {"name": name}
    flow["steps"]["hours"]["calendar"] = name
    flow["steps"]["wait_service"]["queue"] = BRANCH_QUEUE
    found["flows"].append(flow)
    found["dids"].append(_named(found["dids"], "4008001000", key="number") | {"number": number, "flow": name})


def _named(rows: list[Site], name: str, key: str = "name") -> Site:
    return next(row for row in rows if row[key] == name)


def _add_line(found: Site, name: str, number: str, agents: list[str]) -> None:
    found["dids"].append({"number": number, "title": name, "flow": name, "language": "zh"})
    found["flows"].append(_straight_flow(name))
    found["queues"].append(
        {
            "name": name,
            "title": name,
            "members": [{"agent": agent} for agent in agents],
            "retry_seconds": 1,
            "announce_agent": False,
            "music": "melody",
            "survey": "satisfaction",
        }
    )
    for agent in agents:
        found["agents"].append({"number": agent, "title": agent, "languages": ["zh"]})
        found["seats"].append({"name": seat_of(agent), "number": f"9{agent}", "title": agent})


def _straight_flow(name: str) -> Site:
    steps = {
        "hello": {"kind": "play", "prompts": ["hello"], "next": "wait"},
        "wait": {"kind": "queue", "queue": name, "timeout": "bye", "full": "bye", "nobody": "bye"},
        "bye": {"kind": "hangup", "prompts": ["goodbye"]},
    }
    return {
        "name": name,
        "title": name,
        "language": "zh",
        "start": "hello",
        "operator": "wait",
        "steps": steps,
    }
