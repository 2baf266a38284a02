"""A folder in memory, where there is such a disk: no test waits there until a disk has written what it synced."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

DISK = Path("/dev/shm")


@contextmanager
def folder_in_memory() -> Iterator[Path]:
    """An empty one, gone at the end."""
    with tempfile.TemporaryDirectory(prefix="hotline-", dir=DISK if DISK.is_dir() else None) as folder:
        yield Path(folder)
