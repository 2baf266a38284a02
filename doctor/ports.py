"""Which of our ports strangers can reach, as the kernel's own tables say."""

from __future__ import annotations

import ipaddress
import struct
from collections.abc import Iterator, Sequence
from pathlib import Path

from callcenter.networks import Network, networks
from doctor.findings import Finding, Look, few, ok, wrong

TABLES = (Path("/proc/net/tcp"), Path("/proc/net/tcp6"))
LISTENING = "0A"
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def reachable(look: Look) -> Finding:
    """The manager, FastAGI and HTTP listen on loopback, or towards the networks that the settings name."""
    here = look.settings
    ours = {here.ami_port: "manager", here.agi_port: "FastAGI", here.http_port: "HTTP"}
    named = {
        here.ami_port: networks(here.ami_from, "HOTLINE_AMI_FROM"),
        here.agi_port: networks(here.agi_from, "HOTLINE_AGI_FROM"),
    }
    open_ones = [
        f"{ours[port]} on {at}:{port}"
        for at, port in listening()
        if port in ours and not _closed(at, named.get(port, []))
    ]
    if open_ones:
        return wrong(
            f"strangers can reach {few(open_ones)}",
            "bind it to 127.0.0.1 (HOTLINE_AGI_HOST, operator.d/), or close the port in the firewall",
        )
    return ok("manager, FastAGI and HTTP are reachable from this machine only")


def listening() -> Iterator[tuple[Address, int]]:
    """Every address and port of this machine (of this network namespace) that takes TCP connections."""
    for table in TABLES:
        lines = table.read_text().splitlines()[1:] if table.exists() else []
        for words in map(str.split, lines):
            if words[3] == LISTENING:
                address, _, port = words[1].partition(":")
                yield _address(address), int(port, 16)


def _address(hexadecimal: str) -> Address:
    """The kernel prints 32-bit words in the machine's own order of bytes."""
    raw = bytes.fromhex(hexadecimal)
    words = struct.unpack(f"={len(raw) // 4}I", raw)
    network = struct.pack(f">{len(words)}I", *words)
    return ipaddress.ip_address(network)


def _closed(address: Address, named: Sequence[Network]) -> bool:
    """On loopback, or on an address of a network whose machines may connect."""
    found = getattr(address, "ipv4_mapped", None) or address
    return found.is_loopback or any(found in network for network in named)
