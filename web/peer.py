"""From where a request comes."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

from fastapi import Request


def peer_of(request: Request) -> str:
    """Who asks: the address itself, or the one that a web server on this machine says it passed on.

    Of IPv6 the network of 64 bits, all of which one household has.
    """
    peer = request.client.host if request.client else ""
    told = request.headers.get("x-forwarded-for", "").rpartition(",")[2].strip()
    try:
        address = ip_address(told if told and ip_address(peer).is_loopback else peer)
    except ValueError:
        return peer
    return str(address) if address.version == 4 else str(ip_network((address, 64), strict=False))
