"""One running process, by its id: is it there, what does it use, end it. Linux only (/proc, pidfd)."""

from __future__ import annotations

import os
import select
import signal
from pathlib import Path

TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")


def is_running(pid: int) -> bool:
    """True while ``pid`` runs; a dead child that nobody has waited for does not count."""
    try:
        return _stat(pid)[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def cpu_seconds(pid: int) -> float:
    """User and system seconds of the process so far, all threads (proc(5): stat, fields 14 and 15)."""
    fields = _stat(pid)
    return (int(fields[11]) + int(fields[12])) / TICKS_A_SECOND


def resident_bytes(pid: int) -> int:
    """Memory held now."""
    return int(_stat(pid)[21]) * os.sysconf("SC_PAGE_SIZE")


def open_files(pid: int) -> int:
    """How many file descriptors are open. Needs the process's account or root."""
    return sum(1 for _ in Path(f"/proc/{pid}/fd").iterdir())


def command_line(pid: int) -> list[str]:
    """Its words; empty when it is gone."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").split("\0")[:-1]
    except (FileNotFoundError, ProcessLookupError):
        return []


def end(pid: int, seconds: float) -> bool:
    """Ask ``pid`` to end, kill it when it has not after ``seconds``. True when it went by itself.

    Holds the process by descriptor, so that an id given to somebody else meanwhile is never hit.
    """
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return _end(handle, seconds)
    finally:
        os.close(handle)


def _end(handle: int, seconds: float) -> bool:
    signal.pidfd_send_signal(handle, signal.SIGTERM)
    if _gone(handle, seconds):
        return True
    signal.pidfd_send_signal(handle, signal.SIGKILL)
    _gone(handle, 5.0)
    return False


def _gone(handle: int, seconds: float) -> bool:
    poll = select.poll()
    poll.register(handle, select.POLLIN)
    return bool(poll.poll(int(seconds * 1000)))


def _stat(pid: int) -> list[str]:
    """Fields of /proc/PID/stat from the third (state) on; the name before them may hold blanks."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
