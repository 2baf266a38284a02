"""How long a house that was stopped takes to its first call: ``python -m bench.startup``.

Database, prompts and configuration are there, as after any stop. ``hotline up --lab`` is started, and from that moment
on one call is dialled ten times a second until it is answered; told is whether Hotline's flow or the static menu
answered it. Prints JSON: seconds of each round, and what the start was made of.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import signal
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path

from bench.center import HOTLINE, TRUNK, center, house_settings
from callcenter.ledger_format import CEL_FILE
from callcenter.settings import Settings
from lab.home import temporary_home

KNOCK_SECONDS, PATIENCE_SECONDS = 0.1, 60.0
AIM_SECONDS = 5.0
INVITE = """INVITE sip:{number}@{to} SIP/2.0
Via: SIP/2.0/UDP {me};branch=z9hG4bK{call}
From: <sip:13800138000@{me}>;tag={call}
To: <sip:{number}@{to}>
Call-ID: {call}
CSeq: 1 INVITE
Contact: <sip:13800138000@{me}>
Max-Forwards: 70
Content-Type: application/sdp
Content-Length: {length}

{sdp}"""
SDP = """v=0
o=bench 1 1 IN IP4 {ip}
s=-
c=IN IP4 {ip}
t=0 0
m=audio 30000 RTP/AVP 8
a=rtpmap:8 PCMA/8000
"""


def first_answer(settings: Settings, call: str) -> float:
    """Seconds until one call, dialled again and again, is answered. Raises TimeoutError."""
    to, began = (settings.sip_host, settings.sip_port), time.monotonic()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        line.bind((TRUNK.ip, 0))
        line.settimeout(KNOCK_SECONDS)
        me, sdp = f"{TRUNK.ip}:{line.getsockname()[1]}", SDP.format(ip=TRUNK.ip).replace("\n", "\r\n")
        words = {"number": HOTLINE, "to": f"{to[0]}:{to[1]}", "me": me, "call": call, "sdp": sdp}
        invite = INVITE.replace("\n", "\r\n").format(**words, length=len(sdp)).encode()
        while time.monotonic() - began < PATIENCE_SECONDS:
            line.sendto(invite, to)
            due = time.monotonic() + KNOCK_SECONDS
            while time.monotonic() < due:
                if _heard(line).startswith(b"SIP/2.0 200"):
                    return time.monotonic() - began
    raise TimeoutError(f"nobody answered within {PATIENCE_SECONDS:g} s")


def _heard(line: socket.socket) -> bytes:
    try:
        return line.recv(65536)
    except (TimeoutError, ConnectionError):
        return b""


@contextmanager
def up(settings: Settings) -> Iterator[Path]:
    """``hotline up --lab``; gives the file with what it says."""
    said = settings.folder / "up.txt"
    with said.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "cli", "up", "--lab"],
            env={**os.environ, **settings.environment()},
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    try:
        yield said
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()


def one_start(settings: Settings, number: int) -> dict[str, object]:
    """Start, call, stop."""
    before = _static_menus(settings)
    began = time.monotonic()
    with up(settings) as said:
        seconds = first_answer(settings, f"start{number}-{time.time_ns()}")
        until = time.monotonic() + PATIENCE_SECONDS
        while "Hotline at work ·" not in said.read_text():
            if time.monotonic() > until:
                raise TimeoutError(said.read_text())
            time.sleep(0.05)
        at_work_after = time.monotonic() - began
        phases = dict(re.findall(r"^  (.+?) · ([\d.]+) s$", said.read_text(), re.MULTILINE))
    static = _static_menus(settings) > before
    return {
        "seconds": round(seconds, 2),
        "static_menu": static,
        "all_at_work": round(at_work_after, 2),
        "phases": phases,
    }


def _static_menus(settings: Settings) -> int:
    """How many calls the static menu has served."""
    ledger = settings.log / "cel-custom" / CEL_FILE
    return ledger.read_text(errors="replace").count('"HL_FALLBACK"') if ledger.exists() else 0


def measure(rounds: int) -> dict[str, object]:
    """A house that was up once, started again and again."""
    with temporary_home() as home:
        with center(home, "hotline", 1):
            pass
        starts = [one_start(house_settings(home, 0), number) for number in range(rounds)]
    medians = {
        f"median_{name}": round(statistics.median(float(str(each[name])) for each in starts), 2)
        for name in ("seconds", "all_at_work")
    }
    return {**medians, "starts": starts}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with redirect_stdout(sys.stderr):
        found = measure(options.rounds)
    print(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
