"""A carrier whose calls cost money, for the tests of toll fraud: a way to it, abroad too, and an emergency number."""

from __future__ import annotations

from typing import Any

Site = dict[str, Any]
CARRIER, HOST = "toll", "127.0.0.91"
PREFIX, ABROAD, BARRED, EMERGENCY = "8891", "0085212345678", "00447700900000", "119"
NUMBER = "4009007100"
"""Says goodbye to whoever calls from outside."""
CALLER, NOBODY = "7060", "7061"
"""Seats: one that may call abroad, and one without any rights."""


def add_fraud(found: Site) -> None:
    """Trunk toll; countries, a cap of one call abroad for each person, and its alarm."""
    found["trunks"].append(
        {"name": CARRIER, "title": CARRIER, "connection": {"by": "address", "hosts": [HOST]}}
    )
    for name, prefixes, rights in (
        ("toll", [PREFIX], "local"),
        ("toll_abroad", ["00"], "international"),
        ("toll_urgent", [EMERGENCY], "national"),
    ):
        found["routes"].append(
            {"name": name, "title": name, "prefixes": prefixes, "rights": rights, "trunks": [CARRIER]}
        )
    steps = {"bye": {"kind": "hangup", "prompts": ["goodbye"]}}
    flow = {
        "name": CARRIER,
        "title": CARRIER,
        "language": "zh",
        "start": "bye",
        "operator": "bye",
        "steps": steps,
    }
    found["flows"].append(flow)
    found["dids"].append({"number": NUMBER, "title": CARRIER, "flow": CARRIER, "language": "zh"})
    for seat in found["seats"]:
        if seat["number"] in (CALLER, NOBODY):
            seat["rights"] = "international" if seat["number"] == CALLER else "inside"
    found["outbound"] = {
        "countries": ["+852"],
        "caps": [{"per": "person", "abroad": True, "calls": 1}],
        "alarm": {"email": "telecom@example.com"},
    }
