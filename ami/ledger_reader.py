"""Both ledger files, followed into events, and how far they are read for good.

A place is read for good when every call that was up at that place has its final rows. Reading again from
there, after any end of this process, loses nothing and changes nothing.
"""

from __future__ import annotations

import datetime as dt
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from ami.ledger import parse_cel, parse_queue_log
from ami.tail import Position, Tail
from callcenter.events import Event
from callcenter.ledger_format import CEL_FILE

LEDGERS = CEL, QUEUE_LOG = "cel", "queue_log"
BEFORE_A_CALL = dt.timedelta(seconds=2)
"""queue_log has whole seconds only, and its lines come a little late."""
CHECKPOINTS = 4000


class Ledger:
    """One file with its parser, its tail and its checkpoints."""

    def __init__(self, path: Path, parse: Callable[[bytes], Event | None], start: Position | None) -> None:
        self._tail = Tail(path, start)
        self._parse = parse
        self._safe = start
        self._checkpoints: deque[tuple[dt.datetime, Position]] = deque(maxlen=CHECKPOINTS)

    def read(self, now: dt.datetime) -> Iterator[Event]:
        """Events written since the last read."""
        before = self._tail.position
        for line, _offset in self._tail.read():
            event = self._parse(line)
            if event is not None:
                yield event
        if self._tail.position != before:
            self._checkpoints.append((now, self._tail.position))

    def safe(self, oldest_open: dt.datetime | None) -> Position | None:
        """The place that is read for good, while the oldest open call began at ``oldest_open`` (None: no call)."""
        limit = None if oldest_open is None else oldest_open - BEFORE_A_CALL
        while self._checkpoints and (limit is None or self._checkpoints[0][0] < limit):
            self._safe = self._checkpoints.popleft()[1]
        return self._safe


class LedgerReader:
    """The CEL file and queue_log of one Asterisk. ``positions``: stored places by ledger."""

    def __init__(self, log_folder: Path, positions: Mapping[str, Position]) -> None:
        self._ledgers = {
            CEL: Ledger(log_folder / "cel-custom" / CEL_FILE, parse_cel, positions.get(CEL)),
            QUEUE_LOG: Ledger(log_folder / "queue_log", parse_queue_log, positions.get(QUEUE_LOG)),
        }

    def read(self, now: dt.datetime) -> Iterator[Event]:
        """Events written since the last read, the CEL file's first."""
        for ledger in self._ledgers.values():
            yield from ledger.read(now)

    def safe(self, oldest_open: dt.datetime | None) -> dict[str, Position]:
        """Each ledger's place that is read for good."""
        places = {name: ledger.safe(oldest_open) for name, ledger in self._ledgers.items()}
        return {name: place for name, place in places.items() if place is not None}
