"""Many callers of the measured call: SIPp for the signalling, one socket for all the sound they are sent and send."""

from __future__ import annotations

import csv
import socket
import struct
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

SCENARIO = Path(__file__).parent / "caller.xml"
RTP_HEADER = 12
A_LAW, SAMPLES = 8, 160
SILENCE = b"\xd5" * SAMPLES
"""20 ms of a quiet line, as a gateway sends it."""
PLENTY = 8 << 20


@dataclass
class Heard:
    """Seconds without sound between two prompts of a call, over all calls."""

    gaps: list[float] = field(default_factory=list)
    _last: dict[object, tuple[int, float]] = field(default_factory=dict)
    _first: int | None = None

    def take(self, line: object, packet: bytes, now: float) -> None:
        """One packet of the call whose sound comes from ``line``; its first sample tells the prompt.

        The very first prompt heard begins every call: ports are used again by the next.
        """
        if len(packet) <= RTP_HEADER:
            return
        prompt = packet[RTP_HEADER]
        if self._first is None:
            self._first = prompt
        before = self._last.get(line)
        if before is not None and before[0] != prompt != self._first:
            self.gaps.append(now - before[1])
        self._last[line] = (prompt, now)


@contextmanager
def listening(address: str, *, sending: bool) -> Iterator[tuple[int, Heard]]:
    """A port that takes all sound, and what was heard on it. ``sending``: as much of a quiet line goes back."""
    heard, over = Heard(), threading.Event()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, PLENTY)
        sock.settimeout(0.2)
        sock.bind((address, 0))
        thread = threading.Thread(target=_listen, args=(sock, heard, over, sending), daemon=True)
        thread.start()
        try:
            yield sock.getsockname()[1], heard
        finally:
            over.set()
            thread.join()


def _listen(sock: socket.socket, heard: Heard, over: threading.Event, sending: bool) -> None:
    sent: dict[object, int] = {}
    while not over.is_set():
        try:
            packet, line = sock.recvfrom(2048)
        except TimeoutError:
            continue
        heard.take(line, packet, time.monotonic())
        if sending:
            sent[line] = number = sent.get(line, 0) + 1
            sock.sendto(_quiet(number, line[1]), line)


def _quiet(number: int, source: int) -> bytes:
    """The packet of this number (RFC 3550) from this source of sound."""
    return (
        struct.pack(">BBHII", 0x80, A_LAW, number & 0xFFFF, number * SAMPLES & 0xFFFFFFFF, source) + SILENCE
    )


SOME_FAILED = 1
"""SIPp's exit status when it ran to the end and not every call did."""


def call(
    number: str, *, toward: str, at: str, sound_port: int, calls: int, rate: float, key_ms: int
) -> tuple[list[float], int]:
    """Place ``calls``, ``rate`` a second; the seconds each waited for the answer, and how many failed.

    Raises RuntimeError when SIPp does.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "calls.csv").write_text(f"SEQUENTIAL\n{number};{sound_port}\n")
        seconds = calls / rate + 30
        command = ["sipp", toward, "-sf", str(SCENARIO), "-inf", "calls.csv", "-i", at, "-mi", at]
        command += ["-bind_local", "-r", f"{rate:g}", "-m", str(calls), "-l", str(calls), "-nostdin"]
        command += [
            "-timeout",
            f"{seconds:g}",
            "-d",
            str(key_ms),
            "-trace_rtt",
            "-rtt_freq",
            "1",
            "-trace_err",
        ]
        done = subprocess.run(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        errors = "".join(file.read_text(errors="replace") for file in folder.glob("*errors.log"))
        if done.returncode not in (0, SOME_FAILED):
            raise RuntimeError(f"SIPp ended with {done.returncode}: {errors[:2000]}")
        (rows,) = folder.glob("*rtt.csv")
        with rows.open() as file:
            waits = [float(row["response_time_ms"]) / 1000 for row in csv.DictReader(file, delimiter=";")]
        return waits, errors.count(": aborting call")
