"""Long work told on a terminal: one line that changes while a phase lasts, one that stays, with its seconds."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

Say = Callable[[str], None]
"""Takes one short line on what is being done now."""
QUIET_SECONDS = 5.0
"""Where lines can't be rewritten (a file, a build's log) a phase speaks no more often than this."""


class Progress:
    """Tells phases on ``out``; ``seconds`` keeps how long each took, in order."""

    def __init__(self, out: TextIO) -> None:
        self.seconds: dict[str, float] = {}
        self._out = out
        self._rewrites = out.isatty()
        self._spoke_at = 0.0

    @contextmanager
    def phase(self, title: str) -> Iterator[Say]:
        """Work with a title; the block is given what tells its progress."""
        began = self._spoke_at = time.monotonic()
        if self._rewrites:
            self._show(title)
        yield lambda line: self._tell(title, line)
        self.seconds[title] = round(time.monotonic() - began, 1)
        self.line(f"  {title} · {self.seconds[title]:.1f} s")

    def line(self, text: str) -> None:
        """A line that stays."""
        print(f"\r\x1b[K{text}" if self._rewrites else text, file=self._out, flush=True)

    def _tell(self, title: str, line: str) -> None:
        if self._rewrites:
            self._show(f"{title}: {line}")
        elif time.monotonic() - self._spoke_at >= QUIET_SECONDS:
            self._spoke_at = time.monotonic()
            self.line(f"  {title}: {line}")

    def _show(self, text: str) -> None:
        """On the line that will be overwritten; cut to half its columns, since a Chinese letter takes two."""
        most = shutil.get_terminal_size().columns - 4
        print(f"\r\x1b[K  {text[:most]}", end="", file=self._out, flush=True)
