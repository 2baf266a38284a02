"""Calls that no Asterisk has: a captured call's manager events and ledger lines, with names and times of their own."""

from __future__ import annotations

import heapq
import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

CAPTURED = Path(__file__).parents[1] / "tests/transcripts/journey/survey"
LASTS_SECONDS = 1.0
TICK_SECONDS = 0.005
NAMES = {b"seat8001": b"b10001", b"sales": b"line", b"1001": b"10001"}
"""What the captured call's house calls things, and what the bench's does."""
_UNIQUEID = re.compile(rb"\bpbx1-\d{10}\.(\d+)\b")
_BRIDGE = re.compile(rb"\b[0-9a-f]{8}(-[0-9a-f]{4}-[0-9a-f]{4}-)")
_STAMP = re.compile(rb"\b(1795313\d{3}\.\d{6})\b")
_SECOND = re.compile(rb"^\d{10}")
Where = Literal["ami", "cel", "queue_log"]


@dataclass(frozen=True, order=True)
class Piece:
    """An event or a line, so many seconds after the call's beginning."""

    at: float
    where: Where
    text: bytes


def captured() -> list[Piece]:
    """The call's pieces in order, drawn together to ``LASTS_SECONDS``."""
    found = [Piece(_stamp(raw), "ami", raw + b"\r\n\r\n") for raw in _events()]
    found += [Piece(_stamp(line), "cel", line + b"\n") for line in _lines("cel.csv")]
    begins, ends = min(found).at, max(found).at
    queue = [line for line in _lines("queue_log") if b"|pbx1-" in line]
    found += [Piece(max(begins, float(line[:10])), "queue_log", line + b"\n") for line in queue]
    shorter = LASTS_SECONDS / (ends - begins)
    return sorted(Piece((piece.at - begins) * shorter, piece.where, _named(piece.text)) for piece in found)


def _events() -> list[bytes]:
    raws = (CAPTURED / "ami.txt").read_bytes().replace(b"\r\n", b"\n").split(b"\n\n")
    return [raw.strip().replace(b"\n", b"\r\n") for raw in raws if b"Event: " in raw and b"Linkedid: " in raw]


def _lines(name: str) -> list[bytes]:
    return (CAPTURED / name).read_bytes().splitlines()


def _stamp(text: bytes) -> float:
    found = _STAMP.search(text)
    assert found, text  # noqa: S101
    return float(found[1])


def _named(text: bytes) -> bytes:
    for theirs, ours in NAMES.items():
        text = text.replace(theirs, ours)
    return text


def call_id(number: int, since: int) -> str:
    """Of the call of that number."""
    return f"bench-{since}.{10 * number}"


def copy_of(piece: Piece, number: int, since: int, now: float) -> bytes:
    """That piece of the call of that number."""
    text = _UNIQUEID.sub(lambda found: b"bench-%d.%d" % (since, 10 * number + int(found[1])), piece.text)
    text = _BRIDGE.sub(rb"%08x\1" % ((since * 7919 + number) % (1 << 32)), text)
    if piece.where == "queue_log":
        return _SECOND.sub(b"%d" % now, text)
    return _STAMP.sub(b"%.6f" % now, text)


def play(calls: int, rate: float, since: int, say: Mapping[Where, Callable[[bytes], None]]) -> Iterator[Told]:
    """Tell of so many calls, each piece at its time; yields each call's first and last word as it is said."""
    pieces = captured()
    last = max(piece for piece in pieces if piece.where == "cel")
    began = time.time()
    due = [(began + number / rate + piece.at, number, piece) for number in range(calls) for piece in pieces]
    heapq.heapify(due)
    while due:
        told: list[Told] = []
        spoken: dict[Where, list[bytes]] = {where: [] for where in say}
        while due and due[0][0] <= time.time():
            at, number, piece = heapq.heappop(due)
            spoken[piece.where].append(copy_of(piece, number, since, at))
            if piece in (pieces[0], last):
                told.append(Told(number, piece is last, time.monotonic()))
        for where, texts in spoken.items():
            if texts:
                say[where](b"".join(texts))
        yield from told
        time.sleep(TICK_SECONDS)


@dataclass(frozen=True)
class Told:
    """A call's first word, or its last."""

    number: int
    last: bool
    at: float
