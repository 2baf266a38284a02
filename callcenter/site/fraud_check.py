"""Rules on what stands against fraud: each cap caps something, networks are networks, emergency numbers have a way."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator

from callcenter.site import Site
from callcenter.site.problems import Problem


def fraud(site: Site) -> Iterator[Problem]:
    """Everything about caps, bans and emergency numbers."""
    for place, cap in enumerate(site.outbound.caps):
        if cap.calls is None and cap.minutes is None:
            yield Problem(("outbound", "caps", place), "this cap limits nothing: give calls or minutes")
    for place, network in enumerate(site.bans.allow):
        try:
            ipaddress.ip_network(network)
        except ValueError as error:
            yield Problem(("bans", "allow", place), f"{error}: write it as 192.168.1.0/24 or 192.168.1.7")
    lacking = [number for number in site.emergency if not _has_way(site, number)]
    if site.routes and lacking:
        message = f"no route takes the emergency numbers {', '.join(lacking)}: add them to a route's prefixes"
        yield Problem(("routes",), message, warning=True)


def _has_way(site: Site, number: str) -> bool:
    return any(number.startswith(prefix) for route in site.routes for prefix in route.prefixes)
