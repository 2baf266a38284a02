"""SIPp as a child process: start one scenario, get a ``Run``.

SIPp does the signalling, ``lab.media`` the sound. pysipp is not used: it does not import with today's pluggy.
"""

from __future__ import annotations

import socket
import subprocess
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from callcenter.errors import HotlineError
from lab.media import Media
from lab.real_time import real_time
from lab.scenario import Agent, Caller, Login, Registration, render
from lab.sipp_run import Address, Results, Run, errors

ANY = Address()
REGISTER_SECONDS = 10.0
MOST_LOG = "50000000"


def start(
    scenario: Caller | Agent,
    toward: Address,
    logs: Path,
    *,
    at: Address = ANY,
    calls: int = 1,
    rate: float = 10.0,
    at_once: int = 8,
    lines: int | None = None,
    seconds: float = 120.0,
    hears: bool = True,
) -> Run:
    """Start a scenario against ``toward``; its files go into a new folder below ``logs``.

    A caller places ``calls``, ``rate`` a second; an agent is there until stopped. No more than ``at_once``
    calls are up together; ``lines``: of those, how many have sound at a time. Everything ends after ``seconds``
    at the latest. An agent with a login is signed in when this returns. With ``hears`` False nothing is kept of
    what it hears. Raises HotlineError.
    """
    folder = Path(tempfile.mkdtemp(prefix=f"{type(scenario).__name__.lower()}-", dir=logs))
    with ExitStack() as unless_it_starts:
        media = Media(at.ip, lines or at_once, scenario.speech(), hears=hears)
        unless_it_starts.callback(media.close)
        at = _with_port(at)  # after the media, whose thousands of sockets might take the port found free
        if isinstance(scenario, Agent) and scenario.login:
            register(scenario.login, toward, at=at)
        media.follow(folder / "events")
        _write(folder, render(scenario), scenario.rows(media.ports))
        options = ["-l", str(at_once)]
        options += ["-r", f"{rate:g}", "-m", str(calls)] if isinstance(scenario, Caller) else []
        process = _launch(folder, toward, at, scenario.login, options, seconds)
        started = Run(folder, at, media, process)
        unless_it_starts.pop_all()
        unless_it_starts.enter_context(started)
        real_time(process.pid)
        media.start()
        _wait_bound(started)
        unless_it_starts.pop_all()
    return started


def run(
    scenario: Caller, toward: Address, logs: Path, *, at: Address = ANY, seconds: float = 120.0
) -> Results:
    """Place one call and wait until it is over."""
    return start(scenario, toward, logs, at=at, seconds=seconds).wait(seconds)


def register(
    login: Login, toward: Address, *, at: Address, seconds: int = 3600, phone: Address | None = None
) -> None:
    """Sign ``login`` in from ``at`` for ``seconds``, 0 to sign it out. Raises HotlineError when refused.

    ``phone``: its calls come there, where a SIPp may be listening already.
    """
    register_all([login], toward, at=at, seconds=seconds, phone=phone)


def register_all(
    logins: Sequence[Login],
    toward: Address,
    *,
    at: Address,
    seconds: int = 3600,
    phone: Address | None = None,
) -> None:
    """The same for several at once."""
    at = _with_port(at)
    contact = f"{phone.ip}:{phone.port}" if phone else ""
    scenario = Registration(logins=logins, seconds=seconds, contact=contact)
    count = str(len(logins))
    with tempfile.TemporaryDirectory(prefix="sipp-") as name:
        folder = Path(name)
        _write(folder, render(scenario), scenario.rows())
        options = ["-m", count, "-r", count]
        process = _launch(folder, toward, at, None, options, REGISTER_SECONDS)
        if process.wait(2 * REGISTER_SECONDS) != 0:
            names = ", ".join(login.username for login in logins)
            raise HotlineError(f"{names} could not register at {toward.ip}:{toward.port}:\n{errors(folder)}")


def _write(folder: Path, scenario: str, rows: str) -> None:
    (folder / "scenario.xml").write_text(scenario)
    (folder / "calls.csv").write_text(rows)


def _launch(
    folder: Path, toward: Address, at: Address, login: Login | None, options: list[str], seconds: float
) -> subprocess.Popen[bytes]:
    command = ["sipp", f"{toward.ip}:{toward.port}", "-sf", "scenario.xml", "-inf", "calls.csv", *options]
    command += ["-i", at.ip, "-p", str(at.port), "-bind_local", "-mi", at.ip, "-nostdin"]
    command += ["-timeout", f"{seconds:g}", "-timeout_error", "-max_log_size", MOST_LOG]
    command += ["-trace_logs", "-log_file", "events", "-trace_err", "-error_file", "errors.txt"]
    command += ["-trace_msg", "-message_file", "messages.txt"]
    command += ["-trace_stat", "-stf", "stats.csv", "-fd", "1"]
    if login:
        command += ["-au", login.username, "-ap", login.password]
    with (folder / "screen.txt").open("wb") as out:
        return subprocess.Popen(
            command, cwd=folder, stdin=subprocess.DEVNULL, stdout=out, stderr=out, process_group=0
        )


def _with_port(at: Address) -> Address:
    if at.port:
        return at
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind((at.ip, 0))
        return replace(at, port=sock.getsockname()[1])


def _wait_bound(started: Run) -> None:
    """Return when SIPp listens: its socket is in the kernel's table (trying to bind would be in its way)."""
    local = socket.inet_aton(started.at.ip)[::-1].hex().upper() + f":{started.at.port:04X}"
    until = time.monotonic() + 5.0
    while local not in Path("/proc/thread-self/net/udp").read_text():
        if not started.is_running() or time.monotonic() > until:
            started.wait(0.0)
            return
        time.sleep(0.005)
