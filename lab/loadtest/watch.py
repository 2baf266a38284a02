"""While a load is on: what each process uses, and a line a second of how far it is."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from lab import processes

EVERY_SECONDS = 1.0
MEGABYTE = 1 << 20
TOOL = "load tool"


@dataclass
class Usage:
    """What one name's processes used, by second since the beginning: share of a core, and megabytes."""

    cpu: list[tuple[float, float]] = field(default_factory=list)
    memory: list[tuple[float, float]] = field(default_factory=list)


@dataclass(frozen=True)
class Use:
    """Of one process so far."""

    cpu_seconds: float
    memory: int


@dataclass
class Watched:
    """The samples by name, and how late this program was woken at worst: a late tool measures itself."""

    usage: dict[str, Usage] = field(default_factory=lambda: defaultdict(Usage))
    latest: float = 0.0


@contextmanager
def watching(find: Callable[[], Mapping[str, list[int]]], tell: Callable[[float], None]) -> Iterator[Watched]:
    """Sample the processes that ``find`` names once a second; ``tell`` is called as often with the seconds so far."""
    watched, over = Watched(), threading.Event()
    thread = threading.Thread(target=_watch, args=(find, tell, watched, over), name="watch", daemon=True)
    thread.start()
    try:
        yield watched
    finally:
        over.set()
        thread.join()


def _watch(
    find: Callable[[], Mapping[str, list[int]]],
    tell: Callable[[float], None],
    watched: Watched,
    over: threading.Event,
) -> None:
    began = last = time.monotonic()
    before = _sample(find())
    due = began + EVERY_SECONDS
    while not over.wait(max(0.0, due - time.monotonic())):
        now = time.monotonic()
        watched.latest = max(watched.latest, now - due)
        after = _sample(find())
        for name, used in after.items():
            _add(watched.usage[name], before.get(name, {}), used, now - began, now - last)
        before, last, due = after, now, due + EVERY_SECONDS
        tell(now - began)


def _add(
    usage: Usage, before: Mapping[int, Use], after: Mapping[int, Use], at: float, seconds: float
) -> None:
    """One that has just begun counts from its next sample on."""
    used = sum(use.cpu_seconds - before[pid].cpu_seconds for pid, use in after.items() if pid in before)
    usage.cpu.append((at, max(0.0, used / seconds)))
    usage.memory.append((at, sum(use.memory for use in after.values()) / MEGABYTE))


def _sample(found: Mapping[str, list[int]]) -> dict[str, dict[int, Use]]:
    return {name: {pid: use for pid in pids if (use := _use(pid))} for name, pids in found.items()}


def _use(pid: int) -> Use | None:
    try:
        return Use(processes.cpu_seconds(pid), processes.resident_bytes(pid))
    except (FileNotFoundError, ProcessLookupError):
        return None


def descendants(root: int) -> dict[str, list[int]]:
    """The processes that come of this one, by name: asterisk, agi, ami, sipp, and the load tool itself."""
    children: dict[int, list[int]] = defaultdict(list)
    for folder in Path("/proc").glob("[0-9]*"):
        if (parent := _parent(folder)) is not None:
            children[parent].append(int(folder.name))
    found: dict[str, list[int]] = defaultdict(list, {TOOL: [root]})
    todo = list(children[root])
    while todo:
        pid = todo.pop()
        todo += children[pid]
        if name := name_of(processes.command_line(pid)):
            found[name].append(pid)
    return dict(found)


def _parent(folder: Path) -> int | None:
    try:
        return int((folder / "stat").read_text().rpartition(") ")[2].split()[1])
    except (FileNotFoundError, ProcessLookupError):
        return None


def name_of(words: list[str]) -> str:
    """What a process is called in the report; empty for one that is of no interest."""
    if "cli" in words and words.index("cli") + 1 < len(words):
        return words[words.index("cli") + 1]
    for name in ("asterisk", "sipp", "postgres"):
        if any(Path(word).name == name for word in words[:6]):
            return name
    return ""
