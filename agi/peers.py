"""Who may connect to FastAGI at all: this machine, and the networks that the operator has named."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from functools import lru_cache

from callcenter.networks import networks

MayConnect = Callable[[str], bool]


def anybody(_: str) -> bool:
    """No limit but the token."""
    return True


def may_connect(host: str, named: str) -> MayConnect:
    """Judges a peer's address. ``host``: where we listen; ``named``: networks, with commas. Raises HotlineError."""
    allowed = networks(named, "HOTLINE_AGI_FROM")

    @lru_cache(maxsize=1000)
    def judge(peer: str) -> bool:
        found = ipaddress.ip_address(peer.partition("%")[0])
        found = getattr(found, "ipv4_mapped", None) or found
        return found.is_loopback or str(found) == host or any(found in network for network in allowed)

    return judge
