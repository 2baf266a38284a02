"""What the listener knows goes to the database: calls, ledger places, scores, gaps. A few times a second.

While the database is away everything stays in memory and in the ledger, and is written when it is back.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from ami.ledger_reader import LEDGERS
from ami.tail import Position
from callcenter.call_store import SurveyOf, store
from callcenter.facts import upsert
from callcenter.journey import CallRecord
from callcenter.scores import LOOK_BACK, settle_since
from schema.calls import Gap, LedgerPosition

AFTER_A_START = dt.timedelta(days=1)
"""How far back survey answers are looked at again when the listener starts."""


class Bookkeeper:
    """Owns the rows of calls of one Asterisk, ``system``. All methods block: call them in a thread."""

    def __init__(self, sessions: Callable[[], Session], system: str, surveys: SurveyOf) -> None:
        self._sessions = sessions
        self._system = system
        self._surveys = surveys
        self._unsaved: dict[str, CallRecord] = {}
        self._gaps: list[dict[str, Any]] = []
        self._look_back = AFTER_A_START

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

    def flush(self, places: Mapping[str, Position], now: dt.datetime) -> int:
        """Write all that is kept in one transaction; raises what the database raises, and keeps it then."""
        records, gaps = list(self._unsaved.values()), list(self._gaps)
        with self._sessions() as session, session.begin():
            store(session, records, self._surveys)
            self._put_positions(session, places, now)
            settle_since(session, now - self._look_back)
            session.add_all(Gap(**gap) for gap in gaps)
        for record in records:
            if self._unsaved.get(record.call_id) is record:
                del self._unsaved[record.call_id]
        del self._gaps[: len(gaps)]
        self._look_back = LOOK_BACK
        return len(records)

    def _put_positions(self, session: Session, places: Mapping[str, Position], now: dt.datetime) -> None:
        for name in LEDGERS:
            place = places.get(name, Position(0, 0))
            row = {
                "ledger": f"{name}@{self._system}",
                "inode": place.inode,
                "offset": place.offset,
                "seen_at": now,
            }
            insert = upsert(session, LedgerPosition).values(row)
            session.execute(insert.on_conflict_do_update(index_elements=["ledger"], set_=row))
