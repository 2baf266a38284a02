"""Flows that ring a seat or an agent, a queue of one agent who is not to be disturbed, numbers everybody may call."""

from __future__ import annotations

from typing import Any

Site = dict[str, Any]
SEAT_STEP, AGENT_STEP, QUIET = "4009006811", "4009006812", "4009006813"
FOR_EVERYBODY = "8885"
"""Numbers that begin so are for everybody, over c1, then c2."""


def add(found: Site) -> None:
    """Seat 7027, agents 3703 and 3704; routes beside those of ``site_inside``."""
    dial = {"ring_seconds": 5, "busy": "engaged", "no_answer": "bye", "unreachable": "off"}
    _flow(found, "seat_step", SEAT_STEP, {"kind": "seat", "seat": "i7027", **dial})
    _flow(
        found, "agent_step", AGENT_STEP, {"kind": "agent", "agent": "3703", **dial, "not_logged_in": "mobile"}
    )
    wait = {"kind": "queue", "queue": "quiet68", "timeout": "bye", "full": "bye", "nobody": "bye"}
    _flow(found, "quiet68", QUIET, wait)
    found["queues"].append(
        {
            "name": "quiet68",
            "title": "quiet68",
            "members": [{"agent": "3704"}],
            "retry_seconds": 1,
            "announce_agent": False,
            "music": "melody",
        }
    )
    night = {"name": "never68", "title": "never", "timezone": "Asia/Shanghai", "week": {}}
    found["calendars"].append(night)
    ways = [
        {"name": "everybody68", "prefixes": [FOR_EVERYBODY], "rights": "inside", "trunks": ["c1", "c2"]},
        {
            "name": "closed68",
            "prefixes": ["8886"],
            "rights": "inside",
            "calendar": "never68",
            "trunks": ["c2"],
        },
    ]
    found["routes"] = [
        {"name": "night_8882", "title": "x", "prefixes": ["8882"], "calendar": "never68", "trunks": ["c1"]},
        *found["routes"],
        *({"title": way["name"], **way} for way in ways),
    ]


def _flow(found: Site, name: str, number: str, begins: Site) -> None:
    ends = {place: {"kind": "hangup", "prompts": ["goodbye"]} for place in ("bye", "engaged", "off")}
    dial = {"busy": "engaged", "no_answer": "bye", "unreachable": "off"}
    mobile = {"kind": "outside", "number": "02100001111", "trunk": "c1", **dial}
    steps = {name: begins, "mobile": mobile, **ends}
    found["dids"].append({"number": number, "title": name, "flow": name, "language": "zh"})
    flow = {"name": name, "title": name, "language": "zh", "start": name, "operator": "bye", "steps": steps}
    found["flows"].append(flow)
