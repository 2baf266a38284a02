"""Rules on trunks: what a gateway has, what a kind of connection can show."""

from __future__ import annotations

from collections.abc import Iterator

from callcenter.site import Site
from callcenter.site.edge import Trunk
from callcenter.site.gateways import Gateway
from callcenter.site.problems import Path, Problem

SIP_PORT, SIPS_PORT = 5060, 5061


def trunks(site: Site) -> Iterator[Problem]:
    """Everything about a trunk that needs more than the trunk's own keys."""
    for place, trunk in enumerate(site.trunks):
        path: Path = ("trunks", place)
        if trunk.caller_id.send == "account" and trunk.connection.by != "provider":
            message = f"{trunk.name} has no account at a provider to show: send from or pai"
            yield Problem((*path, "caller_id", "send"), message)
        yield from _encryption(path, site, trunk)
        if trunk.gateway is not None:
            yield from _gateway((*path, "gateway"), site, trunk, trunk.gateway)


def _encryption(path: Path, site: Site, trunk: Trunk) -> Iterator[Problem]:
    if trunk.encryption != "none" and not trunk.is_secure:
        message = "without transport: tls everybody on the way reads the keys: add it, or leave this out"
        yield Problem((*path, "encryption"), message)
    if not trunk.is_secure:
        return
    if trunk.connection.by not in ("address", "provider"):
        yield Problem((*path, "transport"), "tls is for trunks by address or provider: leave this out")
    elif trunk.connection.port == SIP_PORT:
        message = f"{SIP_PORT} is usually the port without TLS: carriers have TLS at {SIPS_PORT}"
        yield Problem((*path, "connection", "port"), message, warning=True)
    if any(peer.trunk == trunk.name for peer in site.peers):
        yield Problem((*path, "transport"), "phones of another site are reached by UDP: leave this out")


def _gateway(path: Path, site: Site, trunk: Trunk, gateway: Gateway) -> Iterator[Problem]:
    if trunk.connection.by not in ("registration", "address"):
        yield Problem(path, "a gateway is connected by registration or by address")
    seats = {seat.name for seat in site.seats}
    dids = {did.number for did in site.dids if did.trunk in (None, trunk.name)}
    ports: set[int] = set()
    for place, line in enumerate(gateway.lines):
        here = (*path, "lines", place)
        if line.port in ports:
            yield Problem((*here, "port"), f"port {line.port} is given twice")
        ports.add(line.port)
        if line.kind == "fxs" and line.seat not in seats:
            yield Problem((*here, "seat"), f"there is no seat {line.seat}")
        if line.kind == "fxo" and line.number not in dids:
            message = f"calls on port {line.port} arrive as {line.number}, and no number of dids takes them"
            yield Problem((*here, "number"), message, warning=True)
    lines = len(gateway.office_lines)
    if trunk.channels > lines:
        message = f"{trunk.name} takes {trunk.channels} calls at once, its gateway has {lines} lines"
        yield Problem((*path[:-1], "channels"), message, warning=True)
