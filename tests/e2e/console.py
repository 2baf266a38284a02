"""Hotline's commands, each carried out by one of a few processes kept for them.

A command writes to standard output and sets up the logs of its process: beside others, in threads, their words
would mix. A process of its own for each command would cost a second each time.
"""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple

from tests.e2e.process import PROJECT

if TYPE_CHECKING:
    from cli import Hotline

ENDS_S = 20.0


class Said(NamedTuple):
    """What a command came to: its exit code, what it printed, and what it said of its failing."""

    code: int
    output: str
    error: str


class Console:
    """May be used by several threads: so many commands at once. ``close`` at the end."""

    def __init__(self, at_once: int) -> None:
        self._turns = threading.Semaphore(at_once)
        self._beside = ThreadPoolExecutor(max_workers=32)
        self._processes: list[subprocess.Popen[str]] = []
        self._idle: queue.LifoQueue[subprocess.Popen[str]] = queue.LifoQueue()

    def run(self, settings: Mapping[str, Any], words: Sequence[str]) -> Said:
        """``hotline WORDS…`` with these settings."""
        with self._turns:
            return self._run(settings, words)

    def begin(self, settings: Mapping[str, Any], words: Sequence[str]) -> Future[Said]:
        """The same at once, in no other command's way; what it said comes when it has ended."""
        return self._beside.submit(self._run, settings, words)

    def _run(self, settings: Mapping[str, Any], words: Sequence[str]) -> Said:
        try:
            process = self._idle.get_nowait()
        except queue.Empty:
            process = _start()
            self._processes.append(process)
        assert process.stdin and process.stdout
        print(json.dumps([{**settings}, [*words]], default=str), file=process.stdin, flush=True)
        said = process.stdout.readline()
        if not said:
            raise RuntimeError(f"the process of hotline {' '.join(words)} ended with {process.wait(ENDS_S)}")
        self._idle.put(process)
        return Said(*json.loads(said))

    def close(self) -> None:
        """End the processes, when they have done what they are at."""
        for process in self._processes:
            _let_end(process)
        for process in self._processes:
            _ended(process)
        self._beside.shutdown()


def _let_end(process: subprocess.Popen[str]) -> None:
    assert process.stdin
    with suppress(BrokenPipeError):
        process.stdin.close()


def _ended(process: subprocess.Popen[str]) -> None:
    assert process.stdout
    try:
        process.wait(ENDS_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    process.stdout.close()


def _start() -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.e2e.console"],
        cwd=PROJECT,
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def serve() -> None:
    """Carry out what comes line by line, until there is no more."""
    from callcenter.logging import quiet
    from callcenter.settings import Settings
    from cli import Hotline

    quiet()
    programs: dict[str, Hotline] = {}
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    for line in sys.stdin:
        settings, words = json.loads(line)
        program = programs.setdefault(json.dumps(settings), Hotline(Settings(**settings)))
        print(json.dumps(_carry_out(program, words)), file=answers, flush=True)


def _carry_out(program: Hotline, words: Sequence[str]) -> Said:
    import click
    from click.testing import CliRunner

    from cli import main

    command = main.get_command(click.Context(main), words[0])
    assert command is not None
    done = CliRunner().invoke(command, words[1:], obj=program)
    program.engine().dispose()
    failed = done.exception if not isinstance(done.exception, SystemExit) else None
    return Said(done.exit_code, done.stdout, done.stderr if failed is None else str(failed) or repr(failed))


if __name__ == "__main__":
    serve()
