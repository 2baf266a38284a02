"""Keeps Hotline's processes up: one that ends is started again, with growing pauses.

Each child is a process of its own, so a fault in one never takes the others along. Children die
with the supervisor.
"""

from __future__ import annotations

import asyncio
import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import structlog

log = structlog.get_logger()
FIRST_PAUSE_SECONDS = 0.2
LONGEST_PAUSE_SECONDS = 10.0
STEADY_SECONDS = 30.0
"""After this long up, the next restart is quick again."""
STOP_SECONDS = 15.0
PR_SET_PDEATHSIG = 1


def stop_on_signals(stop: asyncio.Event) -> None:
    """Set ``stop`` on SIGTERM and SIGINT."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)


@dataclass(frozen=True)
class Manner:
    """How children are run: their environment, where ``<name>.log`` goes, who hears that one has ended."""

    environment: Mapping[str, str]
    logs: Path
    ended: Callable[[str, str], None]
    """With the child's name and how it ended."""


async def supervise(commands: Mapping[str, Sequence[str]], manner: Manner, stop: asyncio.Event) -> None:
    """Run every command until ``stop`` is set, then end them all: asked first, killed after 15 s."""
    manner.logs.mkdir(parents=True, exist_ok=True)
    await asyncio.gather(*(_keep_up(name, command, manner, stop) for name, command in commands.items()))


async def _keep_up(name: str, command: Sequence[str], manner: Manner, stop: asyncio.Event) -> None:
    pause = FIRST_PAUSE_SECONDS
    while not stop.is_set():
        began = time.monotonic()
        ended = await _run(name, command, manner, stop)
        if stop.is_set():
            return
        lasted = time.monotonic() - began
        pause = FIRST_PAUSE_SECONDS if lasted > STEADY_SECONDS else min(2 * pause, LONGEST_PAUSE_SECONDS)
        log.error("process.ended", name=name, how=ended, restart_in=pause)
        manner.ended(name, ended)
        await _wait(stop, pause)


async def _run(name: str, command: Sequence[str], manner: Manner, stop: asyncio.Event) -> str:
    """Run a command to its end, or end it when ``stop`` is set; how it ended."""
    try:
        with (manner.logs / f"{name}.log").open("ab") as out:
            child = await _start(command, manner.environment, out)
    except (OSError, subprocess.SubprocessError) as error:  # no such program, or no room for a process now
        return str(error)
    log.info("process.started", name=name, pid=child.pid)
    try:
        await _until_either(child, stop)
    finally:
        if child.returncode is None:
            await _end(child)
    return f"status {child.returncode}"


async def _start(
    command: Sequence[str], environment: Mapping[str, str], out: IO[bytes]
) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *command,
        env=environment,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=out,
        stderr=out,
        preexec_fn=_dying_with(os.getpid()),
    )


async def _until_either(child: asyncio.subprocess.Process, stop: asyncio.Event) -> None:
    ended = asyncio.create_task(child.wait())
    stopped = asyncio.create_task(stop.wait())
    await asyncio.wait([ended, stopped], return_when=asyncio.FIRST_COMPLETED)
    for task in (ended, stopped):
        task.cancel()


async def _end(child: asyncio.subprocess.Process) -> None:
    with suppress(ProcessLookupError):  # it may end by itself at any moment
        child.terminate()
        try:
            await asyncio.wait_for(child.wait(), STOP_SECONDS)
        except TimeoutError:
            log.warning("process.killed", pid=child.pid, asked_for_seconds=STOP_SECONDS)
            child.kill()
            await child.wait()


async def _wait(stop: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(stop.wait(), seconds)
    except TimeoutError:
        return


def _dying_with(parent: int) -> Callable[[], None]:
    """For the child: get SIGTERM when the supervisor dies, however it dies (Linux prctl)."""
    prctl = ctypes.CDLL(None).prctl

    def in_the_child() -> None:
        prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # it died just before
            os._exit(1)

    return in_the_child
