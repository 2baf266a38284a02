"""Seats, agents and mailboxes for the cases of calls from seats; a case takes its own and nobody else's."""

from __future__ import annotations

from typing import Any

Site = dict[str, Any]
SEATS = range(1, 60)
FLOW_FOR_ALL, FLOW_INSIDE = "desk_outside", "desk_inside"
NUMBER = "4009006801"
"""Opens another flow for callers from seats than for those from outside."""


def seat(number: str) -> str:
    """The seat of an inside number: 7001 is i7001."""
    return f"i{number}"


def add_inside(found: Site) -> None:
    """Seats 7001 … 7059; agents 3701 … 3709; mailboxes of the seats 7010 and 7011."""
    for place in SEATS:
        number = f"70{place:02}"
        found["seats"].append({"name": seat(number), "number": number, "title": f"Desk {place}"})
    for place in range(1, 10):
        found["agents"].append({"number": f"370{place}", "title": f"Inside {place}", "languages": ["zh"]})
    for number in ("7010", "7011"):
        found["mailboxes"].append({"number": number, "title": number})
    for name in (FLOW_FOR_ALL, FLOW_INSIDE):
        found["flows"].append(_flow(name))
    found["dids"].append(
        {
            "number": NUMBER,
            "title": "desk",
            "flow": FLOW_FOR_ALL,
            "inside_flow": FLOW_INSIDE,
            "language": "zh",
        }
    )


def _flow(name: str) -> Site:
    steps = {name: {"kind": "hangup", "prompts": ["goodbye"]}}
    return {"name": name, "title": name, "language": "zh", "start": name, "operator": name, "steps": steps}
