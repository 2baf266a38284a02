"""Numbers that everybody in the house may call (110, 119, 120), as plain dialplan for while FastAGI is away.

Those inside other sites are among them.

A route is one of them when it needs no rights and is open at all hours. The longest prefix wins here too: a longer
one that needs rights stands beside it and leads nowhere. Emergency numbers go out whatever their route asks for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from callcenter.routing.outbound import LINK_SECONDS, shown_on
from callcenter.site import Site
from callcenter.site.outbound import RIGHTS, Route

EVERYBODY = RIGHTS[0]
ANY_DIGIT = "X"
"""How the pattern of an empty prefix begins."""


@dataclass(frozen=True, slots=True)
class OpenWay:
    """Numbers that begin alike; no ``tries``: they are not dialled."""

    pattern: str
    plus: str = ""
    """What the number may have before its digits."""
    least: int = 0
    most: int = 0
    seconds: int = 0
    tries: tuple[Try, ...] = ()


@dataclass(frozen=True, slots=True)
class Try:
    """One trunk: what Dial takes stands before and behind the number, whose first digits are taken off."""

    trunk: str
    channels: int
    before: str
    strip: int
    behind: str
    caller_id: str


def open_ways(site: Site) -> list[OpenWay]:
    """Prefix after prefix; those of other routes only where they are longer than one that is open."""
    by_prefix: dict[str, list[Route]] = {}
    for route in site.routes:
        for prefix in dict.fromkeys(route.prefixes):
            by_prefix.setdefault(prefix, []).append(route)
    found = {prefix: _for_everybody(routes) for prefix, routes in by_prefix.items()}
    opened = {prefix: route for prefix, route in found.items() if route is not None}
    outside = [
        _way(site, prefix, opened[prefix]) if prefix in opened else OpenWay(_pattern(prefix))
        for prefix in sorted(by_prefix)
        if any(prefix.startswith(shorter) for shorter in opened)
    ]
    return [*outside, *_emergencies(site, by_prefix, opened), *_to_sites(site)]


def _to_sites(site: Site) -> Iterator[OpenWay]:
    channels = {trunk.name: trunk.channels for trunk in site.trunks}
    for peer in site.peers:
        tried = (Try(peer.trunk, channels[peer.trunk], "PJSIP/", 0, f"@{peer.trunk}", ""),)
        for pattern in peer.inside:
            length = len(pattern)
            yield OpenWay(f"_{pattern.upper()}", "", length, length, LINK_SECONDS, tried)


def _emergencies(site: Site, by_prefix: dict[str, list[Route]], opened: Mapping[str, Route]) -> list[OpenWay]:
    """Whole numbers, which win over every pattern; those that an open route takes anyway are left out."""
    found = []
    for number in site.emergency:
        prefix = max((each for each in by_prefix if number.startswith(each)), key=len, default=None)
        if prefix is not None and prefix not in opened:
            way = _way(site, prefix, by_prefix[prefix][0])
            found.append(replace(way, pattern=number, least=1, most=20))
    return found


def _for_everybody(routes: Sequence[Route]) -> Route | None:
    """The first of a prefix's routes that is always open, while none of them needs rights."""
    if any(route.rights != EVERYBODY for route in routes):
        return None
    return next((route for route in routes if route.calendar is None), None)


def _way(site: Site, prefix: str, route: Route) -> OpenWay:
    trunks = {trunk.name: trunk for trunk in site.trunks}
    tries = []
    for name in route.trunks:
        trunk = trunks[name]
        board = trunk.connection.by == "board"
        before = f"DAHDI/g{trunk.connection.group}/" if trunk.connection.by == "board" else "PJSIP/"
        behind = "" if board else f"@{name}"
        shown = shown_on(trunk, route.caller_id or "")
        tries.append(Try(name, trunk.channels, before + route.prepend, route.strip, behind, shown))
    return OpenWay(
        _pattern(prefix),
        "+" if prefix.startswith("+") else "",
        route.min_digits,
        route.max_digits,
        route.ring_seconds,
        tuple(tries),
    )


def _pattern(prefix: str) -> str:
    return f"_{prefix or ANY_DIGIT}!"
