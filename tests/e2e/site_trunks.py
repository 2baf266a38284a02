"""Trunks that fail in every way, and what is dialled to go out on each; a case takes its own and nobody else's."""

from __future__ import annotations

from typing import Any

from tests.e2e.site_inside import UNASKED, host, seat

Site = dict[str, Any]
SEATS = range(1, 6)
"""7601 … 7605."""
TRUNKS: dict[str, dict[str, Any]] = {
    "k1": UNASKED,
    "k2": UNASKED,
    "k3": UNASKED | {"silence_seconds": 2},
    "k4": {"check_seconds": 2, "channels": 4},
    "k5": UNASKED,
}
GATEWAY = "k6"
"""An analog gateway that signs in."""
LINE = "02150006001"
WAYS = {"7751": ["k1", "k2"], "7752": ["k3"], "7753": ["k4", "k5"], "7754": [GATEWAY]}


def account(gateway: str) -> str:
    """What a gateway signs in as."""
    return f"gw_{gateway}"


def add_trunks(found: Site) -> None:
    """Trunks k1 … k6, the ways out by them, and seats to dial from."""
    for name, more in TRUNKS.items():
        connection = {"by": "address", "hosts": [host(name)]}
        found["trunks"].append({"name": name, "title": name, "connection": connection, **more})
    found["trunks"].append(
        {
            "name": GATEWAY,
            "title": GATEWAY,
            "connection": {"by": "registration", "username": account(GATEWAY)},
            "channels": 1,
            "check_seconds": 2,
            "gateway": {"make": "newrock_hx", "lines": [{"kind": "fxo", "port": 1, "number": LINE}]},
        }
    )
    found["dids"].append({"number": LINE, "title": LINE, "flow": "main", "trunk": GATEWAY, "language": "zh"})
    for prefix, trunks in WAYS.items():
        way = {"name": f"way_{prefix}", "title": prefix, "prefixes": [prefix], "rights": "local"}
        found["routes"].append({**way, "caller_id": "4008001000", "trunks": trunks})
    for place in SEATS:
        number = f"760{place}"
        found["seats"].append({"name": seat(number), "number": number, "title": f"Line desk {place}"})
