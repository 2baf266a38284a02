"""One of Hotline's processes, to be started, killed, frozen and thawed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).parents[2]
STOP_SECONDS = 15.0
ESTABLISHED = "01"  # include/net/tcp_states.h, as /proc/net/tcp has it


class HotlineProcess:
    """``hotline <name>`` as a child; what it logs is added to ``log``."""

    def __init__(self, name: str, log: Path) -> None:
        self.name = name
        self.log = log
        self._child: subprocess.Popen[bytes] | None = None

    def start(self, environment: Mapping[str, str]) -> None:
        """Start it with these settings."""
        with self.log.open("ab") as out:
            self._child = subprocess.Popen(
                [sys.executable, "-c", "from cli import main; main()", self.name],
                cwd=PROJECT,
                env={**os.environ, **environment, "PYTHONPATH": str(PROJECT)},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                process_group=0,
            )

    @property
    def is_running(self) -> bool:
        return self._child is not None and self._child.poll() is None

    @property
    def pid(self) -> int:
        """Its process, which must have been started."""
        return self._running().pid

    def has_line_to(self, port: int) -> bool:
        """Whether it is connected to this TCP port of 127.0.0.1."""
        if not self.is_running:
            return False
        here = Path(f"/proc/{self.pid}")
        mine = {str(handle.readlink()) for handle in (here / "fd").iterdir()}
        lines = [line.split() for line in (here / "net/tcp").read_text().splitlines()[1:]]
        there = f"0100007F:{port:04X}"
        return any(line[2:4] == [there, ESTABLISHED] and f"socket:[{line[9]}]" in mine for line in lines)

    def stop(self) -> None:
        """Ask it to end; it must, with status 0."""
        if self._child is None:
            return
        self.thaw()
        self.terminate()
        status, self._child = self._child.wait(STOP_SECONDS), None
        assert status == 0, f"hotline {self.name} ended with {status}: {self.log.read_text()[-2000:]}"

    def terminate(self) -> None:
        """Ask it to end, and don't wait for it."""
        self._running().terminate()

    def kill(self) -> None:
        """End it with no warning."""
        self._send(signal.SIGKILL)
        self._running().wait(STOP_SECONDS)

    def freeze(self) -> None:
        """It keeps its sockets and does nothing more. What watches over it goes on."""
        self._send(signal.SIGSTOP)

    def freeze_with_its_watch(self) -> None:
        """Nothing of it does anything more."""
        os.killpg(self._running().pid, signal.SIGSTOP)

    def thaw(self) -> None:
        """It goes on where it was."""
        os.killpg(self._running().pid, signal.SIGCONT)

    def thaw_what_is_left(self) -> None:
        """After its end: its watch, frozen with it, sees that."""
        with suppress(ProcessLookupError):
            self.thaw()

    def logged(self, event: str, since: int = 0) -> bool:
        """Whether it has logged this event after the first ``since`` bytes of its log."""
        return bool(self.logs(event, since=since))

    def logs(self, *events: str, since: int = 0) -> list[dict[str, Any]]:
        """What it has logged of these events."""
        lines = self.log.read_bytes()[since:].splitlines()
        whole = [json.loads(line) for line in lines if line.endswith(b"}")]
        return [line for line in whole if line.get("event") in events]

    def _running(self) -> subprocess.Popen[bytes]:
        assert self._child is not None
        return self._child

    def _send(self, number: signal.Signals) -> None:
        self._running().send_signal(number)
