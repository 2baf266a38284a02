"""What the listener knows goes to the database: calls, ledger places, scores, gaps. A few times a second.

While the database is away everything stays in memory and in the ledger, and is written when it is back.
"""

from __future__ import annotations

import datetime as dt
from collections import deque
from collections.abc import Callable, Collection, Mapping
from typing import Any

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from ami.ledger_reader import LEDGERS
from ami.seating import Seating
from ami.tail import Position
from callcenter.calls.store import SurveyOf, store
from callcenter.journey import CallRecord
from callcenter.survey.scores import settle, unsettled
from schema.calls import Call, Gap, LedgerPosition
from schema.refusal import STRANGE, first_line, is_refused
from schema.upsert import put

log = structlog.get_logger()
AT_ONCE = 1000
"""Calls in one transaction."""
MOST_UP = 10_000
"""Of more calls that are up it is not kept what their rows hold: they are written whole."""
NOTED = dt.timedelta(seconds=5)
"""How often the ledger places are written, changed or not: the next start knows how long nobody listened."""
SETTLED = dt.timedelta(seconds=30)
"""So long after its end a call's survey answers are looked at once more: while both were being written,
neither the call's transaction nor the answer's saw the other."""
AFTER_A_START = dt.timedelta(days=1)
"""How far back survey answers are looked at again when the listener starts."""

OnSettled = Callable[[Collection[str] | None, dt.datetime], None]
"""Told of closed calls whose answers have been looked at; None at a start: of all of the last time."""


class Bookkeeper:
    """Owns the rows of calls of one Asterisk, ``system``. All methods block: call them in a thread."""

    def __init__(
        self,
        sessions: Callable[[], Session],
        system: str,
        surveys: SurveyOf,
        seating: Seating | None = None,
        on_settled: OnSettled = lambda _calls, _now: None,
    ) -> None:
        self._sessions = sessions
        self._system = system
        self.surveys = surveys
        self._seating = seating or Seating()
        self._on_settled = on_settled
        self._unsaved: dict[str, CallRecord] = {}
        self._written: dict[str, CallRecord] = {}
        """What the rows of calls that are up hold, by call id."""
        self._gaps: list[dict[str, Any]] = []
        self._closed: deque[tuple[dt.datetime, str]] = deque()
        self._noted_at: dt.datetime | None = None

    @property
    def waiting(self) -> int:
        """Records and gaps not written yet."""
        return len(self._unsaved) + len(self._gaps)

    def positions(self) -> tuple[dict[str, Position], dt.datetime | None]:
        """Where to read the ledgers on from, and when a listener was last at work."""
        with self._sessions() as session:
            rows = session.scalars(
                select(LedgerPosition).where(LedgerPosition.ledger.endswith(f"@{self._system}"))
            )
            found = {row.ledger.partition("@")[0]: row for row in rows}
        places = {name: Position(row.inode, row.offset) for name, row in found.items() if row.inode}
        return places, max((row.seen_at for row in found.values()), default=None)

    def keep(self, records: list[CallRecord]) -> None:
        """Take records for the next flush; a newer one of the same call replaces the older."""
        for record in records:
            for alias in record.aliases:
                self._unsaved.pop(alias, None)
            self._unsaved[record.call_id] = record

    def gap(
        self, source: str, began_at: dt.datetime, ended_at: dt.datetime, reason: str, found: dict[str, Any]
    ) -> None:
        """Note a stretch of time in which something was not seen."""
        self._gaps.append(
            {"source": source, "began_at": began_at, "ended_at": ended_at, "reason": reason, "found": found}
        )

    def flush(self, places: Mapping[str, Position], now: dt.datetime, last: bool = False) -> int:
        """Write all that is kept; raises what a database that is away raises, and keeps the rest then.

        ``places`` must be safe for the calls kept: they are written behind them, every 5 s, or if it is the
        ``last`` time. Gives the number of calls.
        """
        records = list(self._unsaved.values())
        for start in range(0, len(records), AT_ONCE):
            self._save(records[start : start + AT_ONCE], now)
        if last or self._gaps or self._noted_at is None or now - self._noted_at >= NOTED:
            self._note(places, now)
        with self._sessions() as session:
            self._seating.refresh(session, now)
        return len(records)

    def _save(self, records: list[CallRecord], now: dt.datetime) -> None:
        """In one transaction; a record that is refused for ever is found by halving, logged and left out."""
        kept: list[CallRecord] = []
        try:
            with self._sessions() as session, session.begin():
                kept = _from_the_beginning(session, records)
                store(session, kept, self.surveys, self._written)
        except STRANGE as error:
            if not is_refused(error):
                raise
            if len(records) > 1:
                half = len(records) // 2
                self._save(records[:half], now)
                self._save(records[half:], now)
                return
            log.exception("call.refused", call=records[0].call_id, error=first_line(error))
            kept = []
        for record in records:
            self._is_done_with(record, now)
        self._written |= {record.call_id: record for record in kept if record.state == "open"}
        if len(self._written) > MOST_UP:
            self._written.clear()

    def _is_done_with(self, record: CallRecord, now: dt.datetime) -> None:
        if self._unsaved.get(record.call_id) is record:
            del self._unsaved[record.call_id]
        for call_id in (record.call_id, *record.aliases):
            self._written.pop(call_id, None)
        if record.state == "closed":
            self._closed.append((now, record.call_id))

    def _note(self, places: Mapping[str, Position], now: dt.datetime) -> None:
        gaps, old = list(self._gaps), [call for at, call in self._closed if now - at >= SETTLED]
        with self._sessions() as session, session.begin():
            self._put_positions(session, places, now)
            session.add_all(Gap(**gap) for gap in gaps)
            again = old if self._noted_at else unsettled(session, now - AFTER_A_START)
            for start in range(0, len(again), AT_ONCE):
                settle(session, again[start : start + AT_ONCE])
        del self._gaps[: len(gaps)]
        if old or self._noted_at is None:
            self._on_settled(old if self._noted_at else None, now)
        for _ in old:
            self._closed.popleft()
        self._noted_at = now

    def _put_positions(self, session: Session, places: Mapping[str, Position], now: dt.datetime) -> None:
        rows = [
            {
                "ledger": f"{name}@{self._system}",
                "inode": place.inode,
                "offset": place.offset,
                "seen_at": now,
            }
            for name in LEDGERS
            for place in [places.get(name, Position(0, 0))]
        ]
        put(session, LedgerPosition, rows, ["ledger"])


def _from_the_beginning(session: Session, records: list[CallRecord]) -> list[CallRecord]:
    """Without the ends of calls that are stored whole.

    The ledger is read again from a place at which calls were up that are closed since: of these, only what
    came behind it is seen again. They lack the leg that gave the call its id.
    """
    ends = {
        record.call_id: record.started_at
        for record in records
        if all(leg.uniqueid != record.call_id for leg in record.legs)
    }
    if not ends:
        return records
    stored = session.execute(select(Call.call_id, Call.started_at).where(Call.call_id.in_(ends)))
    whole = {call_id for call_id, started_at in stored if started_at < ends[call_id]}
    return [record for record in records if record.call_id not in whole]
