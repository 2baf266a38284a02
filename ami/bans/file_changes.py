"""Waiting for a file to grow, through the kernel's inotify: in a guessing attack every millisecond is a try."""

from __future__ import annotations

import ctypes
import os
import select
from pathlib import Path

import structlog

log = structlog.get_logger()
IN_MODIFY, IN_MOVED_TO, IN_CREATE = 0x2, 0x80, 0x100
POLL_SECONDS = 0.05


class FileChanges:
    """Watches a folder. Where the kernel can't, waiting is short instead."""

    def __init__(self, folder: Path) -> None:
        libc = ctypes.CDLL(None, use_errno=True)
        self._fd = libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
        mask = IN_MODIFY | IN_MOVED_TO | IN_CREATE
        if self._fd >= 0 and libc.inotify_add_watch(self._fd, os.fsencode(folder), mask) < 0:
            self.close()
        if self._fd < 0:
            log.warning("bans.polls", folder=str(folder), error=os.strerror(ctypes.get_errno()))

    def wait(self, seconds: float) -> None:
        """Until something in the folder has changed, or so long."""
        if self._fd < 0:
            select.select([], [], [], min(seconds, POLL_SECONDS))
        elif select.select([self._fd], [], [], seconds)[0]:
            os.read(self._fd, 64 * 1024)

    def close(self) -> None:
        """Watch no more."""
        if self._fd >= 0:
            os.close(self._fd)
        self._fd = -1
