"""One process by its id: seen, measured, ended."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from callcenter import asterisk_console as console
from callcenter.errors import HotlineError, Unreachable
from lab import processes


def test_this_process_can_be_measured() -> None:
    pid = os.getpid()
    assert processes.is_running(pid)
    assert processes.cpu_seconds(pid) > 0
    assert processes.resident_bytes(pid) > 1_000_000
    assert processes.open_files(pid) >= 3
    assert "pytest" in " ".join(processes.command_line(pid))


def test_one_that_ends_when_asked_ended_by_itself() -> None:
    child = subprocess.Popen(["sleep", "60"])
    assert processes.end(child.pid, seconds=5) is True
    assert not processes.is_running(child.pid)
    child.wait()
    assert processes.end(child.pid, seconds=1) is True
    assert processes.command_line(child.pid) == []


def test_one_that_will_not_end_is_killed() -> None:
    child = subprocess.Popen(["sh", "-c", "trap '' TERM; echo ready; exec sleep 60"], stdout=subprocess.PIPE)
    assert child.stdout is not None
    with child, child.stdout as out:
        out.readline()
        assert processes.end(child.pid, seconds=0.1) is False


def test_a_console_that_is_not_there_is_unreachable(tmp_path: Path) -> None:
    with pytest.raises(Unreachable, match="no Asterisk answers"):
        console.rx(tmp_path / "asterisk.ctl", "core show version")


@pytest.mark.parametrize("command", ["a\nb", "a\0b"])
def test_a_command_is_one_line(tmp_path: Path, command: str) -> None:
    with pytest.raises(HotlineError, match="one line"):
        console.rx(tmp_path / "asterisk.ctl", command)
