"""An append-only journal on disk between a process that must not wait and the database.

``put`` writes one JSON line with a single system call: it survives the process being killed, and it
never waits for a database. ``segments`` gives what is ready to be stored; ``done`` removes it. Whoever
writes or stores a segment holds its lock, so no two processes store the same one, and the next process
finds what a dead one left. One thread may put while another stores.
"""

from __future__ import annotations

import datetime as dt
import errno
import fcntl
import json
import os
import threading
import time
from collections import deque
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import structlog

log = structlog.get_logger()
HELD_IN_MEMORY = 10_000
"""Facts kept in memory while the disk refuses them; the oldest go first, and are counted."""


class Journal:
    """One process's journal in ``folder``, shared with the other processes' segments."""

    def __init__(self, folder: Path, name: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder, self._name = folder, name
        self._held: deque[bytes] = deque(maxlen=HELD_IN_MEMORY)
        self._turn = threading.Lock()
        self._fd: int | None = None
        self._torn = False
        self.lost = 0
        """Facts that neither the disk nor the memory had room for."""

    def put(self, kind: str, call_id: str, data: Mapping[str, object]) -> None:
        """Append one fact. Never raises: a full disk is logged once and the facts wait in memory."""
        line = _JSON.encode({**data, "fact": kind, "call_id": call_id})
        with self._turn:
            self._append(line.encode(errors="replace") + b"\n")

    def segments(self) -> Generator[Path, None, None]:
        """Closed segments by age, our own and those of processes that are gone; locked while at hand."""
        self.close()
        for path in sorted(self._folder.glob("*.jsonl")):
            with _locked(path) as ours:
                if ours:
                    yield path

    @staticmethod
    def read(segment: Path) -> list[dict[str, object]]:
        """The facts of a segment; a line torn by a crash or a full disk is passed over."""
        return [fact for line in segment.read_bytes().split(b"\n") if (fact := _fact(line))]

    @staticmethod
    def set_aside(segment: Path, facts: list[dict[str, object]]) -> Path:
        """Keep facts that the database refuses for ever beside their segment; gives the file."""
        aside = segment.with_suffix(".refused")
        with aside.open("a", encoding="utf-8") as file:
            file.writelines(json.dumps(fact, ensure_ascii=False) + "\n" for fact in facts)
            file.flush()
            os.fsync(file.fileno())
        return aside

    @staticmethod
    def done(segment: Path) -> None:
        """Its facts are in the database."""
        segment.unlink(missing_ok=True)

    def close(self) -> None:
        """Let go of the open segment, so that it can be stored; the next fact opens another."""
        with self._turn:
            self._write_held()
            if self._fd is not None:
                os.close(self._fd)
                self._fd = None

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
        if self._fd is None:
            self._fd, self._torn = self._open(), False
        whole = b"\n" + line if self._torn else line
        self._torn = True
        if os.write(self._fd, whole) < len(whole):
            raise OSError(errno.ENOSPC, "only a part of the line was written")
        self._torn = False

    def _hold(self, line: bytes) -> None:
        self.lost += len(self._held) == self._held.maxlen
        self._held.append(line)

    def _write_held(self) -> None:
        waited = len(self._held)
        while self._held:
            try:
                self._write(self._held[0])
            except OSError:
                return
            self._held.popleft()
        if waited:
            log.warning("journal.accepted", waited=waited, lost=self.lost)

    def _open(self) -> int:
        """A segment nobody has: its name begins with the time, for process ids come again."""
        path = self._folder / f"{self._name}-{time.time_ns()}-{os.getpid()}.jsonl"
        unnamed = path.with_suffix(".new")
        fd = os.open(unnamed, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o640)
        fcntl.flock(fd, fcntl.LOCK_EX)  # before it has a name others look for
        unnamed.rename(path)
        return fd


@contextmanager
def _locked(path: Path) -> Iterator[bool]:
    """Whether the segment is still there and was nobody's; it is ours then while the block lasts."""
    try:
        fd = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        yield False
        return
    try:
        yield _lock(fd)
    finally:
        os.close(fd)


def _lock(fd: int) -> bool:
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return os.fstat(fd).st_nlink > 0  # else somebody stored and removed it just now


def _fact(line: bytes) -> dict[str, object] | None:
    try:
        fact = json.loads(line)
    except ValueError:
        return None
    return fact if isinstance(fact, dict) else None


def _plain(value: object) -> object:
    if isinstance(value, dt.datetime):
        return value.isoformat(timespec="microseconds")
    if isinstance(value, tuple | set | frozenset):
        return list(value)
    return str(value)


_JSON = json.JSONEncoder(default=_plain, ensure_ascii=False, check_circular=False)
"""Made once: ``json.dumps`` with options makes one for each line."""
