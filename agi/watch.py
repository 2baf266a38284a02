"""The watch over a FastAGI process. Asterisk goes on at once when a server dies, and waits for a frozen one.

A second process hears a beat from the first one's event loop. When the beats stay away it kills the first:
its callers then get the static menu, and what runs it (``hotline up``, systemd) starts it again. Should the watch
be frozen as well, a timer of the kernel's does so a little later.
"""

from __future__ import annotations

import os
import select
import signal
from collections.abc import Callable
from contextlib import suppress

import structlog

from agi.kernel_timer import killing_timer
from callcenter.errors import HotlineError

log = structlog.get_logger()
BEAT_SECONDS = 0.5
MISSED_BEATS = 5
"""Counted by the watch's own waking, so that a machine that slept as a whole kills nothing."""
LAST_BEATS = 9
"""So many missed, and the kernel kills: the watch did not."""


def watched() -> Callable[[], None]:
    """Fork the watch over this process; call the result every BEAT_SECONDS, the first call begins it.

    To be called before there are threads or an event loop. The watch ends with this process.
    """
    ear, mouth = os.pipe()
    os.set_blocking(mouth, False)
    process = os.getpid()
    put_off = _last_resort()
    if os.fork() == 0:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        os.close(mouth)
        try:
            _watch(ear, process)
        finally:
            os._exit(0)
    os.close(ear)

    def beat() -> None:
        put_off()
        with suppress(OSError):  # a watch that is gone or stopped is not missed by callers
            os.write(mouth, b".")

    return beat


def _last_resort() -> Callable[[], None]:
    try:
        return killing_timer(LAST_BEATS * BEAT_SECONDS)
    except HotlineError as error:
        log.warning("agi.no_timer", reason=str(error))
        return lambda: None


def _watch(ear: int, process: int) -> None:
    heard = os.read(ear, 4096)
    missed = 0
    while heard and missed < MISSED_BEATS:
        if select.select([ear], [], [], BEAT_SECONDS)[0]:
            heard, missed = os.read(ear, 4096), 0
        else:
            missed += 1
    if heard:
        log.error("agi.frozen", pid=process, seconds=missed * BEAT_SECONDS)
        os.kill(process, signal.SIGKILL)
