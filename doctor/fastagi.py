"""Whether FastAGI serves Asterisk and nobody else: two real connections, one with the token and one without."""

from __future__ import annotations

import socket

from doctor.findings import Finding, Look, ok, wrong

SECONDS = 2.0
ANSWER = b'EXEC MSet "HL_DONE=1"\n'
"""What the script ``ping`` says (agi/scripts/ping.py)."""


def answers(look: Look) -> Finding:
    """The server knows Asterisk by the token, and has nothing to say to a stranger."""
    address = (look.settings.agi_host, look.settings.agi_port)
    try:
        known, stranger = ask(address, look.app.secrets("agi/token")), ask(address, "not the token")
    except OSError as error:
        return wrong(
            f"FastAGI at {address[0]}:{address[1]}: {error.strerror or error}",
            "start it: hotline up, or hotline agi",
        )
    if stranger:
        return wrong(
            "FastAGI answers without the token", "something else listens there: see HOTLINE_AGI_PORT"
        )
    if known != ANSWER:
        return wrong(
            "FastAGI does not know our token", "restart hotline agi: it reads the token when it starts"
        )
    return ok(f"FastAGI answers at {address[0]}:{address[1]}, with the token only")


def ask(address: tuple[str, int], token: str) -> bytes:
    """The server's first line to a request for ``ping``; empty when it hangs up. Raises OSError."""
    request = f"agi_network: yes\nagi_network_script: ping\nagi_arg_1: {token}\n\n"
    with socket.create_connection(address, SECONDS) as line:
        line.sendall(request.encode())
        try:
            first = line.makefile("rb").readline()
        except ConnectionResetError:
            return b""
        if first:
            line.sendall(b"200 result=0\n")
    return first
