"""Before what has time: phones that stand for machines of their own; Asterisk, as Debian's service starts it (-p)."""

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
    return _scheduled(thread, os.SCHED_RR, PRIORITY)


def hold_up_no_sound() -> bool:
    """This thread, and none that it starts, waits for sound alone: who has Python's lock and no processor stops it."""
    return _scheduled(0, os.SCHED_RR | os.SCHED_RESET_ON_FORK, PRIORITY - 1)


def _scheduled(thread: int, policy: int, priority: int) -> bool:
    try:
        os.sched_setscheduler(thread, policy, os.sched_param(priority))
    except (PermissionError, ProcessLookupError):
        return False
    return True
