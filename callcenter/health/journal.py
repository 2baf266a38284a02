"""How far facts are behind on their way to the database."""

from __future__ import annotations

import time
from pathlib import Path

from callcenter.health.families import Families, gauge


class JournalLag:
    """Looks at the segments when asked."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def collect(self) -> Families:
        """Bytes that wait, the age of the oldest, and what the database refuses."""
        found = [each for path in self._folder.glob("*.jsonl") if (each := _size_and_age(path))[0]]
        refused = sum(1 for _ in self._folder.glob("*.refused"))
        yield gauge(
            "hotline_journal_waiting_bytes",
            "Facts that are not in the database yet",
            sum(size for size, _ in found),
        )
        yield gauge(
            "hotline_journal_lag_seconds",
            "Since the last fact was added to the oldest segment that waits",
            max((age for _, age in found), default=0.0),
        )
        yield gauge("hotline_journal_refused_files", "Files with facts that the database refused", refused)


def _size_and_age(path: Path) -> tuple[int, float]:
    """Zeros for a file that was stored meanwhile."""
    try:
        state = path.stat()
    except FileNotFoundError:
        return 0, 0.0
    return state.st_size, max(time.time() - state.st_mtime, 0.0)
