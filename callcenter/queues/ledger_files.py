"""A ledger file and those rotated away beside it, compressed or not, as lines: the oldest first."""

from __future__ import annotations

import bz2
import datetime as dt
import gzip
import lzma
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

from callcenter.errors import HotlineError

OPENERS: dict[str, Callable[..., IO[Any]]] = {".gz": gzip.open, ".bz2": bz2.open, ".xz": lzma.open}
BROKEN = (EOFError, zlib.error, lzma.LZMAError, gzip.BadGzipFile)
SLACK = dt.timedelta(days=1)


def lines(live: Path, since: dt.datetime) -> Iterator[str]:
    """Lines of all files that were written to after ``since``, or not long before. Raises HotlineError."""
    found = sorted(live.parent.glob(f"{live.name}*"), key=lambda file: file.stat().st_mtime)
    for file in found:
        written = dt.datetime.fromtimestamp(file.stat().st_mtime, dt.UTC)
        if written >= since - SLACK and not _is_being_compressed(file):
            yield from _of(file)


def _is_being_compressed(file: Path) -> bool:
    """The file it is made of is still there, and has everything."""
    return file.suffix in OPENERS and file.with_suffix("").exists()


def _of(file: Path) -> Iterator[str]:
    opener = OPENERS.get(file.suffix, open)
    try:
        with opener(file, "rt", encoding="utf-8", errors="replace", newline="") as text:
            yield from text
    except BROKEN as error:
        raise HotlineError(f"{file} can't be read: {error}") from error
