"""SIPp as a caller and as an agent: one call through the throw-away Asterisk's queue."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.ami.asterisk import ThrowAwayAsterisk

SCENARIOS = Path(__file__).parent / "sipp"
FIRST_SIP, FIRST_MEDIA, MEDIA_PORTS = 21000, 26000, 4
"""A phone of SIPp takes four ports for its sound, out of a range of its own."""


def place_queue_call(asterisk: ThrowAwayAsterisk, name: bytes, number: bytes) -> None:
    """A caller of that name enters the queue, agent 1001 answers, talks for a second and hangs up."""
    callers = asterisk.folder / "callers.csv"
    callers.write_bytes(b"SEQUENTIAL\n" + name + b";" + number + b"\n")
    with (
        _sipp(asterisk, "agent", asterisk.agent, []) as agent,
        _sipp(asterisk, "caller", asterisk.caller, ["-inf", str(callers)]) as caller,
    ):
        for phone in (caller, agent):
            output, _ = phone.communicate(timeout=30)
            if phone.returncode != 0:
                caller.kill()
                agent.kill()
                raise RuntimeError(f"SIPp failed:\n{output.decode(errors='replace')[-4000:]}")


def _sipp(asterisk: ThrowAwayAsterisk, scenario: str, port: int, more: list[str]) -> subprocess.Popen[bytes]:
    media = FIRST_MEDIA + MEDIA_PORTS * (port - FIRST_SIP)
    limits = ["-m", "1", "-timeout", "20", "-timeout_error", "-nostdin", "-mp", str(media)]
    where = ["-i", "127.0.0.1", "-p", str(port), f"127.0.0.1:{asterisk.sip}"]
    return subprocess.Popen(
        ["sipp", "-sf", str(SCENARIOS / f"{scenario}.xml"), *limits, *more, *where],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        cwd=asterisk.folder,
    )
