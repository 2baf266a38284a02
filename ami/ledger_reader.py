"""Both ledger files, followed into events, and how far they are read for good.

A place is read for good when every call that was up at that place has its final rows. Reading again from
there, after any end of this process, loses nothing and changes nothing.
"""

from __future__ import annotations

import datetime as dt
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import structlog

from ami.ledger import parse_cel, parse_queue_log
from ami.tail import Position, Tail
from callcenter.events import Event
from callcenter.ledger_format import CEL_FILE

log = structlog.get_logger()
LEDGERS = CEL, QUEUE_LOG = "cel", "queue_log"
BEFORE_A_CALL = dt.timedelta(seconds=2)
"""queue_log has whole seconds only, and its lines come a little late."""
APART = dt.timedelta(seconds=1)
CHECKPOINTS = 20_000
"""Places remembered, a second apart: more than five hours, so that a call may be that long."""


@dataclass(frozen=True, slots=True)
class Piece:
    """What was read at once: all that happened up to ``until`` is known now. ``all_read``: nothing is left."""

    events: list[Event]
    until: dt.datetime
    all_read: bool


class Ledger:
    """One file with its parser, its tail and its checkpoints."""

    def __init__(self, path: Path, parse: Callable[[bytes], Event | None], start: Position | None) -> None:
        self._tail = Tail(path, start)
        self._parse = parse
        self._safe = start
        self._checkpoints: deque[tuple[dt.datetime, Position]] = deque(maxlen=CHECKPOINTS)

    def read(self, now: dt.datetime, most: int, until: dt.datetime | None = None) -> Piece:
        """Up to ``most`` lines written since the last read; ``until``: what happened later is left for now."""
        events: list[Event] = []
        lines = 0
        for line in islice(self._tail.read(), most):
            event = self._event(line)
            if event and until and event.at > until:
                self._tail.put_back(line)
                break
            lines += 1
            if event:
                events.append(event)
        if lines:
            self._remember(now)
        return Piece(events, now if lines < most or not events else events[-1].at, lines < most)

    def _event(self, line: bytes) -> Event | None:
        try:
            return self._parse(line)
        except Exception:  # one line must not end the listener; the next start would read it again
            log.exception("ledger.line_set_aside", behind=self._tail.position)
            return None

    def _remember(self, now: dt.datetime) -> None:
        if len(self._checkpoints) > 1 and now - self._checkpoints[-2][0] < APART:
            self._checkpoints.pop()
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

    def read(self, now: dt.datetime, most: int) -> Piece:
        """Events of up to ``most`` lines of each written since the last read, the two files in step."""
        cel = self._ledgers[CEL].read(now, most)
        queue_log = self._ledgers[QUEUE_LOG].read(now, most, None if cel.all_read else cel.until)
        whole = cel.all_read and queue_log.all_read
        return Piece(cel.events + queue_log.events, min(cel.until, queue_log.until), whole)

    def safe(self, oldest_open: dt.datetime | None) -> dict[str, Position]:
        """Each ledger's place that is read for good."""
        places = {name: ledger.safe(oldest_open) for name, ledger in self._ledgers.items()}
        return {name: place for name, place in places.items() if place is not None}
