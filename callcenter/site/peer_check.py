"""A peer's numbers are nobody else's, its link is its own, and the phones named after it are there."""

from __future__ import annotations

from collections.abc import Iterator

from callcenter.site import Site
from callcenter.site.peers import fits
from callcenter.site.problems import Problem


def peers(site: Site) -> Iterator[Problem]:
    """Everything about the sites that this one is linked to."""
    if site.peers:
        yield from _links(site)
        yield from _numbers(site)
    yield from _seats(site)


def _links(site: Site) -> Iterator[Problem]:
    kinds = {trunk.name: trunk.connection.by for trunk in site.trunks}
    routed = {trunk: route.name for route in reversed(site.routes) for trunk in route.trunks}
    whose: dict[str, str] = {}
    for place, peer in enumerate(site.peers):
        where = ("peers", place, "trunk")
        if peer.name == site.name:
            message = f"{peer.name} is this site's own name: give that of the other site"
            yield Problem(("peers", place, "name"), message)
        if kinds.get(peer.trunk, "address") != "address":
            yield Problem(where, f"a link is a trunk by address: {peer.trunk} is by {kinds[peer.trunk]}")
        if peer.trunk in whose:
            yield Problem(where, f"{peer.trunk} is the link to {whose[peer.trunk]}: give this site another")
        if peer.trunk in routed:
            message = f"route {routed[peer.trunk]} uses this link: take it out there and give areas here"
            yield Problem(where, message)
        whose.setdefault(peer.trunk, peer.name)


def _numbers(site: Site) -> Iterator[Problem]:
    taken = {
        **{seat.number: "a seat's number" for seat in site.seats if seat.site is None},
        **{agent.number: "an agent's number" for agent in site.agents},
        **{box.number: "a mailbox's number" for box in site.mailboxes},
        **{room.number: "a room's number" for room in site.rooms},
        **{did.number: "a number of the house" for did in site.dids},
    }
    before: dict[str, str] = {}
    for place, peer in enumerate(site.peers):
        for at, pattern in enumerate(peer.inside):
            where = ("peers", place, "inside", at)
            for number, what in taken.items():
                if fits(pattern, number):
                    yield Problem(where, f"{number} is {what} here: numbers of two sites differ")
            for other, name in before.items():
                if len(other) == len(pattern) and _overlap(other, pattern):
                    yield Problem(where, f"{pattern} and {other} of {name} have numbers in common")
            before.setdefault(pattern, peer.name)


def _overlap(one: str, two: str) -> bool:
    return all(a == b or "x" in (a, b) for a, b in zip(one, two, strict=True))


def _seats(site: Site) -> Iterator[Problem]:
    by_name = {peer.name: peer for peer in site.peers}
    for place, seat in enumerate(site.seats):
        peer = by_name.get(seat.site or "")
        if peer is not None and not peer.has(seat.number):
            message = f"{seat.number} is no number of site {peer.name}: add it to the peer's inside"
            yield Problem(("seats", place, "number"), message)
