"""Which way a number leaves the house: longest prefix, the caller's rights, the time, then trunk after trunk.

Pure. The reasons are told in order. The way is found anew after each trunk that failed; the place that the
call keeps is the number of the trunk.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Literal, NamedTuple
from urllib.parse import quote

from callcenter.routing.toll_fraud import barred, is_abroad, is_emergency
from callcenter.site.edge import Trunk
from callcenter.site.outbound import RIGHTS, Rights, Route
from callcenter.site_file.published import Published

DEFAULT_RIGHTS: Rights = "national"
"""Of a seat or agent whose rights are not said: abroad is never allowed by default."""
FULL = "FULL"
"""What the dialplan says of a trunk whose channels are all in use."""
FINAL_CAUSES = frozenset(["1", "16", "17", "19", "21", "22", "28"])
"""The number's own fault or answer: another trunk would bring the same."""


class Way(NamedTuple):
    """Out by ``trunk``, the ``place``-th of the route; ``target`` is what Dial takes."""

    trunk: str
    target: str
    limit: int
    caller_id: str
    seconds: int
    place: int
    reasons: tuple[str, ...]
    counts: Literal["", "home", "abroad"] = "home"
    """What the day's caps count it as; an emergency call is nobody's."""


class NoWay(NamedTuple):
    """The number is not dialled. ``why`` is unknown_number, not_allowed, barred or no_line."""

    why: str
    reasons: tuple[str, ...]


def is_outside(published: Published, number: str) -> bool:
    """Whether any route takes numbers that begin so."""
    return bool(_longest(published, number))


def way_out(
    published: Published, number: str, rights: Rights, at: dt.datetime, place: int = 0
) -> Way | NoWay:
    """The trunk to try as the ``place``-th, from 0."""
    routes = _longest(published, number)
    if not routes:
        return NoWay("unknown_number", (f"no route takes {number}",))
    urgent = is_emergency(published.site, number)
    open_routes, closed = (routes, []) if urgent else _open(published, routes, at)
    if not open_routes:
        return NoWay("not_allowed", tuple(closed))
    route = open_routes[0]
    reasons = (*closed, f"{number} begins with {_prefix(route, number) or 'anything'}: route {route.name}")
    dialled = _dialled(route, number)
    if urgent:
        reasons = (*reasons, f"{number} is an emergency number: everybody may call it")
    elif refused := _refused(published, route, number, dialled, rights, reasons):
        return refused
    trunks = [published.trunks[name] for name in route.trunks if name in published.trunks]
    if place >= len(trunks):
        return NoWay("no_line", (*reasons, "no trunk is left"))
    trunk = trunks[place]
    said = f"trunk {trunk.name}, the route's number {place + 1}"
    abroad = is_abroad(dialled, published.site.country)
    return Way(
        trunk.name,
        dial_string(trunk, dialled),
        trunk.channels,
        route.caller_id or "",
        route.ring_seconds,
        place,
        (*reasons, said) if place == 0 else (said,),
        "" if urgent else "abroad" if abroad else "home",
    )


def _refused(
    published: Published, route: Route, number: str, dialled: str, rights: Rights, reasons: tuple[str, ...]
) -> NoWay | None:
    if RIGHTS.index(rights) < RIGHTS.index(route.rights):
        return NoWay("not_allowed", (*reasons, f"it needs rights {route.rights}, the caller has {rights}"))
    if not route.min_digits <= len(number.removeprefix("+")) <= route.max_digits:
        between = f"{route.min_digits} to {route.max_digits} digits"
        return NoWay("unknown_number", (*reasons, f"the route takes {between}"))
    if why := barred(published.site, dialled):
        return NoWay("barred", (*reasons, why))
    return None


def next_trunk(trunk: str, dial_status: str, cause: str) -> str:
    """Why the next trunk is tried; empty when this one's answer counts."""
    if dial_status == FULL:
        return f"trunk {trunk}: all channels are in use"
    if dial_status in ("CONGESTION", "CHANUNAVAIL") and cause not in FINAL_CAUSES:
        return f"trunk {trunk} failed ({dial_status.lower()}, cause {cause or 'unknown'})"
    return ""


def dial_string(trunk: Trunk, number: str) -> str:
    """A number on a trunk, as Dial takes it."""
    if trunk.connection.by == "board":
        return f"DAHDI/g{trunk.connection.group}/{number}"
    return f"PJSIP/{quote(number, safe='+')}@{trunk.name}"


def _dialled(route: Route, number: str) -> str:
    return f"{route.prepend}{number[route.strip :]}"


def _prefix(route: Route, number: str) -> str | None:
    """The longest of the route's prefixes that the number begins with."""
    found = [prefix for prefix in route.prefixes if number.startswith(prefix)]
    return max(found, key=len, default=None)


def _longest(published: Published, number: str) -> list[Route]:
    """The routes of the longest prefix: shorter ones never stand in, for they might need fewer rights."""
    found = [
        (prefix, route) for route in published.site.routes if (prefix := _prefix(route, number)) is not None
    ]
    longest = max((len(prefix) for prefix, _ in found), default=0)
    return [route for prefix, route in found if len(prefix) == longest]


def _open(published: Published, routes: Sequence[Route], at: dt.datetime) -> tuple[list[Route], list[str]]:
    """The routes that are open now, and why others are not."""
    found, closed = [], []
    for route in routes:
        state = published.calendar_state(route.calendar, at) if route.calendar else None
        if state is None or state.name == "open":
            found.append(route)
        else:
            closed.append(f"route {route.name} is closed: {state.reason}")
    return found, closed
