"""A timer of the kernel's that kills this process unless it is set again: also while the process is stopped."""

from __future__ import annotations

import ctypes
import os
import signal
import time
from collections.abc import Callable

from callcenter.errors import HotlineError

SIGEV_SIGNAL = 0  # bits/sigevent-consts.h


class _Event(ctypes.Structure):
    """``struct sigevent``, 64 bytes."""

    _fields_ = (
        ("value", ctypes.c_void_p),
        ("signal", ctypes.c_int),
        ("notify", ctypes.c_int),
        ("rest", ctypes.c_char * (64 - ctypes.sizeof(ctypes.c_void_p) - 8)),
    )


class _Spec(ctypes.Structure):
    """``struct itimerspec``: how often, and how soon."""

    _fields_ = tuple((name, ctypes.c_long) for name in ("every_s", "every_ns", "seconds", "nanoseconds"))


def killing_timer(seconds: float) -> Callable[[], None]:
    """Each call of the result puts this process's end off for ``seconds``; the first begins it.

    Counts no time in which the machine sleeps. A forked child has no such timer. Raises HotlineError.
    """
    libc, timer = ctypes.CDLL(None, use_errno=True), ctypes.c_void_p()
    event = _Event(signal=signal.SIGKILL, notify=SIGEV_SIGNAL)
    if libc.timer_create(time.CLOCK_MONOTONIC, ctypes.byref(event), ctypes.byref(timer)):
        raise HotlineError(f"this kernel gives no timer: {os.strerror(ctypes.get_errno())}")
    whole, rest = divmod(round(seconds * 1e9), 1_000_000_000)
    spec = _Spec(seconds=whole, nanoseconds=rest)

    def put_off() -> None:
        libc.timer_settime(timer, 0, ctypes.byref(spec), None)

    return put_off
