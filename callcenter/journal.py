"""An append-only journal on disk between a process that must not wait and the database.

``put`` writes one JSON line with a single system call: it survives the process being killed, and it
never waits for a database. ``segments`` gives what is ready to be stored; ``done`` removes it. A
segment is locked by the process that writes it, so the next process finds what a dead one left.
"""

from __future__ import annotations

import datetime as dt
import errno
import fcntl
import itertools
import json
import os
from collections import deque
from collections.abc import Iterator, Mapping
from pathlib import Path

import structlog

log = structlog.get_logger()
HELD_IN_MEMORY = 10_000
"""Facts kept in memory while the disk refuses them; the oldest go first, and are counted."""


class Journal:
    """One process's journal in ``folder``, shared with the other processes' segments."""

    def __init__(self, folder: Path, name: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._names = (f"{name}-{os.getpid()}-{n}.jsonl" for n in itertools.count(1))
        self._held: deque[bytes] = deque(maxlen=HELD_IN_MEMORY)
        self._written, self._torn = 0, False
        self._fd = self._open()
        self.lost = 0

    def put(self, kind: str, call_id: str, data: Mapping[str, object]) -> None:
        """Append one fact. Never raises: a full disk is logged once and the facts wait in memory."""
        line = json.dumps({**data, "fact": kind, "call_id": call_id}, default=_plain, ensure_ascii=False)
        self._append(line.encode() + b"\n")

    def segments(self) -> Iterator[Path]:
        """Closed segments, oldest first: our own, and those of processes that are gone."""
        self._write_held()
        if self._written:
            self._close()
            self._fd = self._open()
        for path in sorted(self._folder.glob("*.jsonl"), key=lambda p: p.stat().st_mtime_ns):
            if _unlocked(path):
                yield path

    @staticmethod
    def read(segment: Path) -> list[dict[str, object]]:
        """The facts of a segment; a line torn by a crash or a full disk is passed over."""
        return [fact for line in segment.read_bytes().split(b"\n") if (fact := _fact(line))]

    @staticmethod
    def done(segment: Path) -> None:
        """Its facts are in the database."""
        segment.unlink(missing_ok=True)

    def close(self) -> None:
        """Let go of the open segment; the next process stores it."""
        self._write_held()
        self._close()

    def _append(self, line: bytes) -> None:
        if self._held:
            self._hold(line)
            self._write_held()
            return
        try:
            self._write(line)
        except OSError as error:
            log.warning("journal.refused", error=str(error), mend="free space on the disk of the journal")
            self._hold(line)

    def _write(self, line: bytes) -> None:
        whole = b"\n" + line if self._torn else line
        self._torn = True
        if os.write(self._fd, whole) < len(whole):
            raise OSError(errno.ENOSPC, "only a part of the line was written")
        self._torn = False
        self._written += 1

    def _hold(self, line: bytes) -> None:
        self.lost += len(self._held) == self._held.maxlen
        self._held.append(line)

    def _write_held(self) -> None:
        while self._held:
            try:
                self._write(self._held[0])
            except OSError:
                return
            self._held.popleft()

    def _open(self) -> int:
        path = self._folder / next(self._names)
        unnamed = path.with_suffix(".new")
        fd = os.open(unnamed, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o640)
        fcntl.flock(fd, fcntl.LOCK_EX)  # before it has a name others look for
        unnamed.rename(path)
        self._written, self._torn = 0, False
        return fd

    def _close(self) -> None:
        os.close(self._fd)


def _unlocked(path: Path) -> bool:
    try:
        fd = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(fd)
    return True


def _fact(line: bytes) -> dict[str, object] | None:
    try:
        return json.loads(line)  # type: ignore[no-any-return]
    except ValueError:
        return None


def _plain(value: object) -> object:
    if isinstance(value, dt.datetime):
        return value.isoformat(timespec="microseconds")
    if isinstance(value, tuple | set | frozenset):
        return list(value)
    raise TypeError(f"a fact can't hold a {type(value).__name__}")
