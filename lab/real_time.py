"""Before what has time: phones that stand for machines of their own; Asterisk, as Debian's service starts it (-p).

What the lab starts gets a process group of its own and no session: between sessions the kernel shares processors
evenly (sched_autogroup), whatever their ``nice`` and ``chrt`` say, and a test that gives way would take from a call.
"""

from __future__ import annotations

import os
from pathlib import Path

PRIORITY = 10
"""Asterisk's own."""


def real_time(pid: int) -> bool:
    """All threads of a process, and those they will start. False: there is no right to do so, or it has ended."""
    try:
        threads = [int(thread.name) for thread in Path(f"/proc/{pid}/task").iterdir()]
    except FileNotFoundError:
        return False
    return all(real_time_thread(thread) for thread in threads)


def real_time_thread(thread: int) -> bool:
    """One thread; 0: the one that asks."""
    try:
        os.sched_setscheduler(thread, os.SCHED_RR, os.sched_param(PRIORITY))
    except (PermissionError, ProcessLookupError):
        return False
    return True
