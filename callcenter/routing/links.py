"""How a call came from another site, and over which links it may go on. Pure.

A call that came over a link never goes back over it, nor to a site it has been to: the sites it has passed travel
with it, in a header of the links alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from callcenter.site import Site
from callcenter.site.peers import Area, Peer

MAX_SITES = 3
"""How many sites a call may have passed before this one."""
_TEXT = re.compile(r"([a-z0-9_.]{0,200})/(1?)/([A-Za-z0-9._-]{0,80})", re.ASCII)


class Came(NamedTuple):
    """A call's way to this house; empty for one that began here."""

    link: str = ""
    """The trunk it came over."""
    sites: tuple[str, ...] = ()
    """The sites it has passed, the first one first."""
    phone_only: bool = False
    """A queue there asks for one phone: it rings if it is free, and nobody else takes the call."""
    joint_id: str = ""
    """Its id where it began."""


FROM_HERE = Came()


def came(channel: str, text: str, links: Mapping[str, Peer]) -> Came:
    """Of a channel, and ``sites/phone_only/joint_id`` as the dialplan has read them from the call."""
    endpoint = channel.partition("/")[2].rpartition("-")[0]
    link = endpoint if channel.startswith("PJSIP/") and endpoint in links else ""
    found = _TEXT.fullmatch(text)
    if found is None:
        return Came(link)
    sites = tuple(filter(None, found[1].split(".")))
    return Came(link, sites, found[2] == "1" and bool(link), found[3])


def peer_of(site: Site, number: str) -> Peer | None:
    """Whose inside number it is."""
    return next((peer for peer in site.peers if peer.has(number)), None)


def barred(site: Site, peer: Peer, way: Came) -> str:
    """Why a call may not go on to a peer; empty: it may."""
    if peer.trunk == way.link or peer.name in way.sites:
        return f"not to site {peer.name}: the call has come from there"
    if site.name in way.sites:
        return f"not to site {peer.name}: the call has been here before"
    if len(way.sites) >= MAX_SITES:
        return f"not to site {peer.name}: the call has passed {len(way.sites)} sites"
    return ""


def areas_of(site: Site, number: str, least: int) -> Iterable[tuple[Peer, Area]]:
    """The peers that reach an outside number cheaply, by a prefix of at least ``least`` digits."""
    for peer in site.peers:
        fitting = [
            (len(prefix), -place, area)
            for place, area in enumerate(peer.areas)
            for prefix in area.prefixes
            if number.startswith(prefix) and len(prefix) >= least
        ]
        if fitting:
            yield peer, max(fitting, key=lambda each: each[:2])[2]
