"""Reading a ledger file as it grows, from any place in it, over rotation and truncation.

No sockets and no clock: ``read`` gives what is there now. A position is the inode and the offset
behind the last whole line that was taken.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
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

    def read(self) -> Iterator[bytes]:
        """Every whole line written since the last read; whoever stops in between goes on there.

        A file that was replaced is first read to its end under its rotated name, then those rotated
        after it, as far as they are still beside it; one that shrank is read from its beginning.
        """
        with _opened(self._path) as live:  # before looking at the others: it may be rotated meanwhile
            for path in self._missed(live):
                with _opened(path) as file:
                    yield from self._rest(file)
            yield from self._rest(live)

    def put_back(self, line: bytes) -> None:
        """The last line given shall be given again; the iterator it came from is not to be used any more."""
        self._offset -= len(line) + 1

    def _missed(self, live: int | None) -> list[Path]:
        """The file we were in and the later ones, if it is not the live one any more; oldest first."""
        if self._inode == 0 or (live is not None and os.fstat(live).st_ino == self._inode):
            return []
        rotated = [(*_age_and_inode(path), path) for path in self._path.parent.glob(f"{self._path.name}.*")]
        ages = [age for age, inode, _ in rotated if inode == self._inode]
        after = [(age, inode != self._inode, path) for age, inode, path in rotated if ages and age >= ages[0]]
        return [path for *_, path in sorted(after)]

    def _rest(self, file: int | None) -> Iterator[bytes]:
        if file is None:
            return
        state = os.fstat(file)
        if state.st_ino != self._inode or state.st_size < self._offset:
            self._inode, self._offset = state.st_ino, 0
        yield from self._lines(file)

    def _lines(self, fd: int) -> Iterator[bytes]:
        torn = b""
        place = self._offset
        while chunk := os.pread(fd, CHUNK, place):
            place += len(chunk)
            *whole, torn = (torn + chunk).split(b"\n")
            for line in whole:
                self._offset += len(line) + 1
                yield line


@contextmanager
def _opened(path: Path) -> Iterator[int | None]:
    """Its descriptor, None when there is no such file (any more)."""
    try:
        fd = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        yield None
        return
    try:
        yield fd
    finally:
        os.close(fd)


def _age_and_inode(path: Path) -> tuple[int, int]:
    """Last change in nanoseconds and inode; zeros for a file that is not there."""
    try:
        state = path.stat()
    except FileNotFoundError:
        return 0, 0
    return state.st_mtime_ns, state.st_ino
