"""Whether this machine can name itself: PJSIP looks the name up for every call and blocks on it."""

from __future__ import annotations

import socket
import subprocess

LONGEST_S = 3.0
"""A name server that is away keeps a look-up for five seconds and more; a busy machine starts the program late."""


def name_trouble(host: str | None = None) -> str | None:
    """Why PJSIP would block on this machine's own name, or None. It looks the name up for every call."""
    host = host or socket.gethostname()
    try:
        found = subprocess.run(
            ["getent", "ahosts", host], capture_output=True, timeout=LONGEST_S, check=False
        )
    except subprocess.TimeoutExpired:
        found = None
    if found is not None and found.returncode == 0:
        return None
    return f"this machine's name does not resolve at once: add the line '127.0.1.1 {host}' to /etc/hosts"
