"""Reading a ledger file as it grows, from any place in it, over rotation and truncation.

No sockets and no clock: ``read`` gives what is there now. A position is the inode and the offset
behind the last whole line that was taken.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Position:
    """Where reading goes on: bytes from the beginning of the file with this inode."""

    inode: int
    offset: int


class Tail:
    """Follows one file. ``start`` is a stored position; None begins at the file's beginning."""

    def __init__(self, path: Path, start: Position | None = None) -> None:
        self._path = path
        self._inode = start.inode if start else 0
        self._offset = start.offset if start else 0

    @property
    def position(self) -> Position:
        """Behind the last line given."""
        return Position(self._inode, self._offset)

    def read(self) -> Iterator[tuple[bytes, int]]:
        """Every whole line written since the last read, with the offset it begins at.

        A file that was replaced is first read to its end under its rotated name, if that is still
        beside it; one that shrank is read from its beginning.
        """
        try:
            file = self._path.open("rb")
        except FileNotFoundError:
            return
        with file:
            state = os.fstat(file.fileno())
            if self._inode not in (0, state.st_ino):
                yield from self._rest_of_rotated()
                self._offset = 0
            if state.st_size < self._offset:
                self._offset = 0
            self._inode = state.st_ino
            yield from self._lines(file.fileno())

    def _rest_of_rotated(self) -> Iterator[tuple[bytes, int]]:
        for path in self._path.parent.glob(f"{self._path.name}.*"):
            if path.stat().st_ino == self._inode:
                with path.open("rb") as old:
                    yield from self._lines(old.fileno())

    def _lines(self, fd: int) -> Iterator[tuple[bytes, int]]:
        torn = b""
        place = self._offset
        while chunk := os.pread(fd, CHUNK, place):
            place += len(chunk)
            *whole, torn = (torn + chunk).split(b"\n")
            for line in whole:
                begins = self._offset
                self._offset += len(line) + 1
                yield line, begins
