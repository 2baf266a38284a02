"""The load on a ``bench.center``: SIPp for the phones of its agents, SIPp for the callers, all sound included.

Callers send sound from the answer on, phones send back what they hear. Where there are four cores the system has
half of them and SIPp the others, so that the limit found is not that of SIPp.
"""

from __future__ import annotations

import csv
import os
import signal
import string
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from bench.center import AGENT_KEY, NUMBERS, QUEUES, SCORE, TRUNK, Center
from callcenter.agents.seating import log_in
from callcenter.errors import HotlineError
from lab import sipp
from lab.real_time import real_time
from lab.scenario import Agent, Login, render
from lab.sipp_run import Address

SCENARIO = Path(__file__).parent / "whole_caller.xml"
FEWEST_CORES = 4
RINGS_MS, AGAIN_MS = 300, 1500
ECHO_PORT = 38000
DRAIN_SECONDS, READY_SECONDS = 60.0, 120.0
A_SECOND_OF_SOUND = bytes(80 if sample % 20 < 10 else 0xD5 for sample in range(8000))
"""A-law, 400 Hz."""


@dataclass(frozen=True)
class Cores:
    """Who runs where. Without a division: everybody everywhere."""

    system: Sequence[int]
    load: Sequence[int]

    @property
    def told(self) -> str:
        """For the table."""
        if self.system == self.load:
            return f"{len(self.system)} for all"
        return f"{len(self.system)} for Asterisk and Hotline, {len(self.load)} others for SIPp"


def cores() -> Cores:
    """Of this machine."""
    mine = sorted(os.sched_getaffinity(0))
    half = len(mine) // 2
    return Cores(mine[:half], mine[half:]) if len(mine) >= FEWEST_CORES else Cores(mine, mine)


@contextmanager
def only_on(some: Sequence[int]) -> Iterator[None]:
    """This thread, and whatever it starts, on these cores."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, some)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


@contextmanager
def agents_at_work(center: Center, talk_seconds: float, on: Cores) -> Iterator[None]:
    """All agents logged in at phones that ring, answer, talk and hang up."""
    with tempfile.TemporaryDirectory(prefix="phones-") as name:
        folder = Path(name)
        scenario = Agent(rings_ms=RINGS_MS, talk_seconds=talk_seconds)
        (folder / "scenario.xml").write_text(render(scenario))
        (folder / "calls.csv").write_text(scenario.rows([ECHO_PORT]))
        options = ["-p", str(center.phones.port), "-rtp_echo", "-mp", str(ECHO_PORT), "-l", "100000"]
        process = _sipp(folder, center.sip, center.phones.ip, options, on)
        try:
            logins = [Login(seat, center.app.secrets(f"seat/{seat}")) for seat in center.seated.values()]
            for first in range(0, len(logins), 100):
                some = logins[first : first + 100]
                sipp.register_all(some, center.sip, at=Address(center.phones.ip), phone=center.phones)
            if center.side == "hotline":
                _log_in(center)
            _wait_until_all_can_be_rung(center)
            yield
        finally:
            _end(process)


def _log_in(center: Center) -> None:
    """The last one's command lets the queue follow for all."""
    *most, (last, its_seat) = center.seated.items()
    site = center.app.site()
    with center.app.sessions().begin() as session:
        for agent, seat in most:
            log_in(session, site, agent, seat, center.app.clock)
    command = [sys.executable, "-m", "cli", "agents", "login", last, "--seat", its_seat]
    subprocess.run(command, env={**os.environ, **center.app.settings.environment()}, check=True)


def _wait_until_all_can_be_rung(center: Center) -> None:
    until = time.monotonic() + READY_SECONDS
    queue = f"queue show {QUEUES[center.side]}"
    while (free := center.asterisk.rx(queue).count("(Not in use)")) < len(center.seated):
        if time.monotonic() > until:
            raise RuntimeError(f"only {free} of {len(center.seated)} agents can be rung")
        time.sleep(0.1)


@dataclass(frozen=True)
class Way:
    """What a caller does. Seconds from the answer to the key, and from there to the first try to score."""

    key: str = AGENT_KEY
    key_after: float = 1.0
    score_after: float = 4.0


class Callers:
    """Callers who come at a steady rate."""

    def __init__(self, process: subprocess.Popen[bytes], folder: Path, calls: int) -> None:
        self._process, self._folder, self._calls = process, folder, calls

    def wait(self, seconds: float) -> int:
        """How many calls were not carried through to the far end's BYE, once all are over or so long has gone by."""
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(seconds)
        return self._calls - self._count("SuccessfulCall(C)")

    def failed(self) -> int:
        """So far."""
        return self._count("FailedCall(C)")

    def up(self) -> int:
        """Those that were there a second ago."""
        return self._count("CurrentCall")

    def errors(self) -> str:
        """What SIPp says of them."""
        file = self._folder / "errors.txt"
        return file.read_text(errors="replace") if file.exists() else ""

    def _count(self, column: str) -> int:
        file = self._folder / "stats.csv"
        rows = list(csv.DictReader(file.read_text().splitlines(), delimiter=";")) if file.exists() else []
        return int(rows[-1][column]) if rows else 0


@contextmanager
def calling(center: Center, calls: int, rate: float, way: Way, on: Cores) -> Iterator[Callers]:
    """They begin to come; who is still there at the end of the block is let go."""
    with tempfile.TemporaryDirectory(prefix="callers-") as name:
        folder = Path(name)
        times = {"first": round(way.score_after * 1000), "again": AGAIN_MS, "score": SCORE}
        (folder / "scenario.xml").write_text(string.Template(SCENARIO.read_text()).substitute(times))
        (folder / "calls.csv").write_text(f"SEQUENTIAL\n{NUMBERS[center.side]};{way.key}\n")
        (folder / "talk.alaw").write_bytes(A_SECOND_OF_SOUND)
        options = ["-r", f"{rate:g}", "-m", str(calls), "-l", str(calls)]
        options += ["-d", str(round(way.key_after * 1000))]
        process = _sipp(folder, center.sip, TRUNK.ip, options, on)
        try:
            yield Callers(process, folder, calls)
        finally:
            _end(process)


def quiet(center: Center, seconds: float) -> None:
    """Wait until no channel is up; those of a house that was asked too much are hung up."""
    try:
        center.asterisk.wait_idle(seconds)
    except HotlineError:
        center.asterisk.rx("channel request hangup all", 2 * DRAIN_SECONDS)
        center.asterisk.wait_idle(DRAIN_SECONDS)


def _sipp(folder: Path, toward: Address, at: str, options: list[str], on: Cores) -> subprocess.Popen[bytes]:
    command = ["sipp", f"{toward.ip}:{toward.port}", "-sf", "scenario.xml", "-inf", "calls.csv", *options]
    command += ["-i", at, "-mi", at, "-bind_local", "-nostdin", "-trace_err", "-error_file", "errors.txt"]
    command += ["-trace_stat", "-stf", "stats.csv", "-fd", "1"]
    with (folder / "screen.txt").open("wb") as out, only_on(on.load):
        process = subprocess.Popen(
            command, cwd=folder, stdin=subprocess.DEVNULL, stdout=out, stderr=out, process_group=0
        )
    real_time(process.pid)
    return process


def _end(process: subprocess.Popen[bytes]) -> None:
    """Those who are on the line hang up; then it ends."""
    if process.poll() is None:
        process.send_signal(signal.SIGUSR1)
        with suppress(subprocess.TimeoutExpired):
            process.wait(DRAIN_SECONDS / 20)
        process.kill()
    process.wait()
