"""Tells systemd that a process is at work, as its units ask (``Type=notify``, ``WatchdogSec=``)."""

from __future__ import annotations

import asyncio
import os
import socket
from contextlib import suppress

BEAT_SECONDS = 5.0
READY, ALIVE, STOPPING = "READY=1", "WATCHDOG=1", "STOPPING=1"


def notify(state: str) -> None:
    """Say it; who is not run by systemd has nobody to say it to (sd_notify(3))."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
        line.setblocking(False)
        line.sendto(state.encode(), "\0" + address[1:] if address.startswith("@") else address)


async def keep_telling() -> None:
    """Say that this loop is at work, and again as long as it turns. Until cancelled."""
    notify(READY)
    while True:
        notify(ALIVE)
        await asyncio.sleep(BEAT_SECONDS)
