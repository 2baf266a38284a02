"""Seats, agents and mailboxes for the cases of calls from seats; a case takes its own and nobody else's."""

from __future__ import annotations

from typing import Any

Site = dict[str, Any]
SEATS = range(1, 62)
FLOW_FOR_ALL, FLOW_INSIDE = "desk_outside", "desk_inside"
NUMBER = "4009006801"
"""Opens another flow for callers from seats than for those from outside."""

CARRIERS = {"c1": 30, "c2": 30, "c3": 1, "c4": 30}
"""Trunks of our own, and how many calls each takes; c1 is 127.0.0.51."""
WAYS = {"8881": ["c1", "c2"], "8882": ["c3", "c4"]}
UNASKED = {"check_seconds": 0}
"""Far ends come and go with the cases: what was asked in vain before one came must not count against it."""
SHOWN = "4008001000"
GROUP = ("7040", "7041")
"""Seats that take each other's calls."""
NO_RIGHTS = "7026"
"""A seat that may only call inside."""


def host(carrier: str) -> str:
    """Where this trunk's far end is: c1 is 127.0.0.51, k1 is 127.0.0.71."""
    return f"127.0.0.{ {'c': 5, 'k': 7}[carrier[0]] }{carrier[1:]}"


def _carrier(name: str, channels: int) -> Site:
    connection = {"by": "address", "hosts": [host(name)]}
    return {"name": name, "title": name, "connection": connection, "channels": channels, **UNASKED}


def seat(number: str) -> str:
    """The seat of an inside number: 7001 is i7001."""
    return f"i{number}"


def add_inside(found: Site) -> None:
    """Seats 7001 … 7061; agents 3701 … 3709; mailboxes of the seats 7010 and 7011."""
    for place in SEATS:
        number = f"70{place:02}"
        found["seats"].append({"name": seat(number), "number": number, "title": f"Desk {place}"})
    for place in range(1, 10):
        found["agents"].append({"number": f"370{place}", "title": f"Inside {place}", "languages": ["zh"]})
    for number in ("7010", "7011"):
        found["mailboxes"].append({"number": number, "title": number})
    for name, channels in CARRIERS.items():
        found["trunks"].append(_carrier(name, channels))
    for prefix, trunks in WAYS.items():
        found.setdefault("routes", []).append(
            {
                "name": f"way_{prefix}",
                "title": prefix,
                "prefixes": [prefix],
                "rights": "local",
                "caller_id": SHOWN,
                "strip": 1,
                "prepend": "0",
                "trunks": trunks,
            }
        )
    next(row for row in found["seats"] if row["name"] == seat(NO_RIGHTS))["rights"] = "inside"
    found["parking_seconds"] = 5
    for member in GROUP:
        next(row for row in found["seats"] if row["name"] == seat(member))["pickup_group"] = "friends"
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
