"""What is dear and only read, made once for all workers of a session."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable
from pathlib import Path

import pytest


def once(folders: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """The session's folder ``name``, filled by ``make`` of whichever worker comes first; the others wait for it."""
    own = folders.getbasetemp()
    base = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    folder = base / name
    with (base / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            growing = base / f"{name}.growing"
            growing.mkdir(exist_ok=True)
            make(growing)
            growing.rename(folder)
    return folder
