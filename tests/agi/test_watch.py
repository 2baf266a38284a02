"""The watch over a FastAGI process, on real processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from agi import watch

pytestmark = pytest.mark.slow

PROJECT = Path(watch.__file__).parents[1]
BEATING = """
import sys, threading
from agi import watch
watch.BEAT_SECONDS = 0.05
beat = watch.watched()
beat()
print("begun", flush=True)
while True:
    threading.Event().wait(0.05)
    {action}
"""


@contextmanager
def process(action: str) -> Iterator[subprocess.Popen[str]]:
    """A process that does ``action`` every 0.05 s, the beat of its watch."""
    with subprocess.Popen(
        [sys.executable, "-c", BEATING.format(action=action)],
        cwd=PROJECT,
        stdout=subprocess.PIPE,
        text=True,
    ) as started:
        assert started.stdout is not None
        assert started.stdout.readline() == "begun\n"
        try:
            yield started
        finally:
            started.kill()


def its_watch(server: subprocess.Popen[str]) -> int:
    """The process that watches over this one."""
    [child] = Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split()
    return int(child)


def test_a_frozen_process_is_ended() -> None:
    with process("beat()") as server:
        server.send_signal(signal.SIGSTOP)
        assert server.wait(10) == -signal.SIGKILL
        assert "agi.frozen" in server.communicate()[0]


def test_a_process_frozen_with_its_watch_is_ended_by_the_kernel() -> None:
    with process("beat()") as server:
        watch_of = its_watch(server)
        os.kill(watch_of, signal.SIGSTOP)
        server.send_signal(signal.SIGSTOP)
        began = time.monotonic()
        try:
            assert server.wait(10) == -signal.SIGKILL
        finally:
            os.kill(watch_of, signal.SIGCONT)
        assert time.monotonic() - began > (watch.MISSED_BEATS + 1) * 0.05
        assert "agi.frozen" not in server.communicate()[0]


def test_a_process_whose_loop_is_held_is_ended() -> None:
    with process("pass") as server:
        assert server.wait(10) == -signal.SIGKILL


def test_a_beating_process_is_left_alone_and_takes_its_watch_along() -> None:
    with process("print('at work', flush=True); beat()") as server:
        assert server.stdout is not None
        beats = 4 * watch.MISSED_BEATS
        assert [server.stdout.readline() for _ in range(beats)] == ["at work\n"] * beats
        server.terminate()
        server.stdout.read()  # ends when the watch, too, has closed its copy
        assert server.wait(10) == -signal.SIGTERM


def test_a_process_outlives_its_watch() -> None:
    with process("beat(); print('at work', flush=True)") as server:
        os.kill(its_watch(server), signal.SIGKILL)
        assert server.stdout is not None
        assert [server.stdout.readline() for _ in range(20)] == ["at work\n"] * 20
