"""Children are kept up, end when they are told to, and never outlive their supervisor."""

from __future__ import annotations

import asyncio
import os
import select
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from callcenter.agents import supervise as supervising
from callcenter.agents.supervise import Manner, supervise
from tests.e2e.until import until

pytestmark = pytest.mark.slow

STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(1, flush=True); time.sleep(60)"
)
SUPERVISOR = """
import asyncio, os, pathlib, sys
from callcenter.agents.supervise import Manner, supervise
child = [sys.executable, "-c", "import os,time;print(os.getpid(),flush=True);time.sleep(60)"]
manner = Manner(os.environ, pathlib.Path(sys.argv[1]), lambda name, how: None)
asyncio.run(supervise({"child": child}, manner, asyncio.Event()))
"""


def run(commands: dict[str, list[str]], until: Callable[[], bool], logs: Path) -> list[str]:
    """Supervise until ``until``, the children's output in ``logs``; what was logged."""
    manner = Manner(os.environ, logs, lambda name, how: None)

    async def whole() -> None:
        stop = asyncio.Event()
        task = asyncio.create_task(supervise(commands, manner, stop))
        async with asyncio.timeout(20):
            while not until():
                await asyncio.sleep(0.02)
            stop.set()
            await task

    with capture_logs() as logged:
        asyncio.run(whole())
    return [str(entry["event"]) for entry in logged]


def _said(log: Path) -> str:
    return log.read_text() if log.exists() else ""


@pytest.mark.req("P8")
def test_a_child_that_dies_at_once_is_started_again_with_growing_pauses(tmp_path: Path) -> None:
    marks = tmp_path / "marks"
    command = [sys.executable, "-c", f"open({str(marks)!r}, 'a').write('x')"]
    said = run({"child": command}, lambda: marks.exists() and len(marks.read_text()) >= 3, tmp_path)
    assert said.count("process.started") >= 3
    assert supervising.FIRST_PAUSE_SECONDS < supervising.LONGEST_PAUSE_SECONDS


@pytest.mark.req("P8")
def test_a_program_that_is_missing_takes_no_other_child_along(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    good = [sys.executable, "-c", f"open({str(mark)!r}, 'w'); import time; time.sleep(60)"]
    said = run({"bad": ["/no/such/program"], "good": good}, mark.exists, tmp_path)
    assert said.count("process.started") == 1
    assert "process.ended" in said


def test_a_child_that_ignores_the_wish_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervising, "STOP_SECONDS", 0.3)
    mark = tmp_path / "mark"
    program = STUBBORN.replace("print(1, flush=True)", f"open({str(mark)!r}, 'w')")
    assert "process.killed" in run({"child": [sys.executable, "-c", program]}, mark.exists, tmp_path)


@pytest.mark.req("P8")
def test_a_supervisor_killed_at_once_leaves_no_child(tmp_path: Path) -> None:
    supervisor = subprocess.Popen(
        [sys.executable, "-c", SUPERVISOR, str(tmp_path)], stderr=subprocess.DEVNULL
    )
    said = until(lambda: _said(tmp_path / "child.log"), 10, "the child tells its id")
    child = os.pidfd_open(int(said))
    supervisor.send_signal(signal.SIGKILL)
    supervisor.wait()
    ended, _, _ = select.select([child], [], [], 10)
    os.close(child)
    assert ended
