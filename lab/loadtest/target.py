"""Whom a load may be sent to, and how much of it. Pure, but for the question which own address leads there."""

from __future__ import annotations

import ipaddress
import socket

from callcenter.errors import HotlineError
from lab.sipp_run import Address

SIP_PORT = 5060
MOST_CALLS, MOST_SECONDS, MOST_RATE = 50_000, 8 * 3600.0, 200.0


def target(text: str, *, anywhere: bool) -> Address:
    """``IP[:PORT]`` as an address. Raises HotlineError for one that is neither loopback nor private, unless allowed."""
    host, _, port = text.partition(":")
    try:
        ip = ipaddress.IPv4Address(host)
    except ValueError:
        raise HotlineError(f"--target {text}: an IPv4 address with a port, as 192.168.1.10:5060") from None
    if not port.isdigit() and port:
        raise HotlineError(f"--target {text}: {port} is no port")
    if not (ip.is_loopback or ip.is_private or anywhere):
        raise HotlineError(
            f"--target {ip} is a public address: a load there hits other people's machines; "
            "if it is yours, say so with --anywhere"
        )
    return Address(str(ip), int(port or SIP_PORT))


def check_bounds(calls: float, seconds: float, rate: float) -> None:
    """Raises HotlineError when that is more than a load may be."""
    for name, value, most in (
        ("--rate", rate, MOST_RATE),
        ("--seconds", seconds, MOST_SECONDS),
        ("--calls", calls, float(MOST_CALLS)),
    ):
        if not 0 < value <= most:
            raise HotlineError(f"{name} {value:g}: more than 0 and at most {most:g}")


def own_address(toward: Address) -> str:
    """The address of this machine from which packets go there. Nothing is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.connect((toward.ip, toward.port))
        return str(sock.getsockname()[0])
