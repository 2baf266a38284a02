"""Which way a number leaves the house: longest prefix, the caller's rights, the time, then trunk after trunk.

The links to other sites stand among the trunks by what a minute costs.

Pure. The reasons are told in order. The way is found anew after each trunk that failed; the place that the
call keeps is the number of the trunk.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple
from urllib.parse import quote

from callcenter.routing import links, toll_fraud
from callcenter.routing.links import FROM_HERE, Came
from callcenter.site.edge import Trunk
from callcenter.site.outbound import RIGHTS, Rights, Route
from callcenter.site_file.published import Published

DEFAULT_RIGHTS: Rights = "national"
"""Of a seat or agent whose rights are not said: abroad is never allowed by default."""
FULL = "FULL"
"""What the dialplan says of a trunk whose channels are all in use."""
FINAL_CAUSES = frozenset(["1", "16", "17", "19", "21", "22", "28"])
"""The number's own fault or answer: another trunk would bring the same."""
_NUMBER = re.compile(r"\+?[0-9]+", re.ASCII)
"""Signs behind a number are the phone's, for this house; no exchange is sent any."""
LINK_SECONDS = 120
"""How long a call over a link may ring: the site there decides that, with its own times."""


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
    """Whether any route or area takes numbers that begin so."""
    return bool(_longest(published, number)) or any(links.areas_of(published.site, number, 0))


def way_out(
    published: Published,
    number: str,
    rights: Rights,
    at: dt.datetime,
    place: int = 0,
    came: Came = FROM_HERE,
) -> Way | NoWay:
    """The trunk or link to try as the ``place``-th, from 0: the cheapest first."""
    routes = _longest(published, number)
    if not _NUMBER.fullmatch(number):
        return NoWay("unknown_number", (f"no route takes {number}",))
    urgent = toll_fraud.is_emergency(published.site, number)
    route, reasons = None, tuple[str, ...]()
    if routes:
        found = _route(published, routes, number, rights, at, came)
        if isinstance(found, NoWay):
            return found
        route, reasons = found
    over, told = ([], ()) if urgent else _over_links(published, number, route, rights, came)
    if not routes and not over:
        return NoWay("not_allowed" if told else "unknown_number", told or (f"no route takes {number}",))
    exits = sorted([*_by_trunks(published, route, number, bool(over)), *over], key=lambda each: each.cost)
    if place >= len(exits):
        return NoWay("no_line", (*reasons, *told, "no trunk is left"))
    out = exits[place]
    abroad = toll_fraud.is_abroad(out.dialled, published.site.country)
    return Way(
        out.trunk.name,
        dial_string(out.trunk, out.dialled),
        out.trunk.channels,
        out.caller_id,
        out.seconds,
        place,
        (*reasons, *told, out.said) if place == 0 else (out.said,),
        "" if urgent else "abroad" if abroad else "home",
    )


def _route(
    published: Published, routes: Sequence[Route], number: str, rights: Rights, at: dt.datetime, came: Came
) -> tuple[Route, tuple[str, ...]] | NoWay:
    """The first that is open, if the caller may go by it. A call of another site may by what that was granted."""
    urgent = toll_fraud.is_emergency(published.site, number)
    open_routes, closed = (routes, []) if urgent else _open(published, routes, at)
    if not open_routes:
        return NoWay("not_allowed", tuple(closed))
    route = open_routes[0]
    reasons = (*closed, f"{number} begins with {_prefix(route, number) or 'anything'}: route {route.name}")
    if came.link:
        peer = published.links[came.link]
        if route.name not in peer.routes:
            return NoWay("not_allowed", (*reasons, f"calls of site {peer.name} may not leave by it"))
        reasons = (*reasons, f"calls of site {peer.name} may leave by it")
    if urgent:
        return route, (*reasons, f"{number} is an emergency number: everybody may call it")
    if not came.link and RIGHTS.index(rights) < RIGHTS.index(route.rights):
        return NoWay("not_allowed", (*reasons, f"it needs rights {route.rights}, the caller has {rights}"))
    if not route.min_digits <= len(number.removeprefix("+")) <= route.max_digits:
        between = f"{route.min_digits} to {route.max_digits} digits"
        return NoWay("unknown_number", (*reasons, f"the route takes {between}"))
    if why := toll_fraud.barred(published.site, _dialled(route, number)):
        return NoWay("barred", (*reasons, why))
    return route, reasons


class _Exit(NamedTuple):
    cost: int
    trunk: Trunk
    dialled: str
    caller_id: str
    seconds: int
    said: str


def _by_trunks(published: Published, route: Route | None, number: str, compared: bool) -> Iterator[_Exit]:
    """The route's own trunks in their order."""
    if route is None:
        return
    dialled, cost = _dialled(route, number), f" (cost {route.cost})" if compared else ""
    trunks = [published.trunks[name] for name in route.trunks if name in published.trunks]
    for place, trunk in enumerate(trunks, start=1):
        said = f"trunk {trunk.name}, the route's number {place}{cost}"
        yield _Exit(
            route.cost, trunk, dialled, shown_on(trunk, route.caller_id or ""), route.ring_seconds, said
        )


def _over_links(
    published: Published, number: str, route: Route | None, rights: Rights, came: Came
) -> tuple[list[_Exit], tuple[str, ...]]:
    """The sites that reach it cheaply, and why others are left out. A call of another site leaves from here."""
    if came.link:
        return [], ()
    exits, left_out = [], []
    least = len(_prefix(route, number) or "") if route else 0
    for peer, area in links.areas_of(published.site, number, least):
        why = links.barred(published.site, peer, came) or toll_fraud.barred(published.site, number)
        if not why and route is None and RIGHTS.index(rights) < RIGHTS.index(area.rights):
            why = f"by site {peer.name} it needs rights {area.rights}, the caller has {rights}"
        if why:
            left_out.append(why)
        elif peer.trunk in published.trunks:
            said = f"site {peer.name} reaches it at cost {area.cost}: link {peer.trunk}"
            exits.append(_Exit(area.cost, published.trunks[peer.trunk], number, "", LINK_SECONDS, said))
    return exits, tuple(left_out)


def next_trunk(trunk: str, dial_status: str, cause: str, link: bool = False) -> str:
    """Why the next trunk is tried; empty when this one's answer counts. A link's site may not know the number."""
    if dial_status == FULL:
        return f"trunk {trunk}: all channels are in use"
    final = FINAL_CAUSES - {"1"} if link else FINAL_CAUSES
    if dial_status in ("CONGESTION", "CHANUNAVAIL") and cause not in final:
        return f"trunk {trunk} failed ({dial_status.lower()}, cause {cause or 'unknown'})"
    return ""


def shown_on(trunk: Trunk, number: str = "") -> str:
    """The number a call out shows on a trunk that is meant to show ``number``; empty: the caller's own."""
    may = trunk.caller_id.numbers
    return number if not may or number in may else may[0]


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
