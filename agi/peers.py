"""Who may connect to FastAGI at all: this machine, and the networks that the operator has named."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from functools import lru_cache

from callcenter.errors import HotlineError

MayConnect = Callable[[str], bool]


def anybody(_: str) -> bool:
    """No limit but the token."""
    return True


def may_connect(host: str, networks: str) -> MayConnect:
    """Judges a peer's address. ``host``: where we listen; ``networks``: a list with commas. Raises HotlineError."""
    try:
        allowed = [ipaddress.ip_network(each.strip()) for each in networks.split(",") if each.strip()]
    except ValueError as error:
        raise HotlineError(
            f"HOTLINE_AGI_FROM: {error}; write networks with commas, as 10.1.0.0/24,10.2.0.7"
        ) from None

    @lru_cache(maxsize=1000)
    def judge(peer: str) -> bool:
        found = ipaddress.ip_address(peer.partition("%")[0])
        found = getattr(found, "ipv4_mapped", None) or found
        return found.is_loopback or str(found) == host or any(found in network for network in allowed)

    return judge
