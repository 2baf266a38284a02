"""Rows that go over those which are there already, on both engines."""

from __future__ import annotations

import datetime as dt
import gc

from sqlalchemy import Alias, Engine, select
from sqlalchemy.orm import Session

from schema.calls import LedgerPosition
from schema.upsert import put

AT = dt.datetime(2026, 3, 2, 1, 0, tzinfo=dt.UTC)
UNREAD = LedgerPosition.offset == 0


def position(ledger: str, offset: int) -> dict[str, object]:
    return {"ledger": ledger, "inode": 1, "offset": offset, "seen_at": AT}


def offsets(session: Session) -> dict[str, int]:
    return {row.ledger: row.offset for row in session.scalars(select(LedgerPosition))}


def test_a_row_with_the_same_key_is_replaced(engine: Engine) -> None:
    with Session(engine) as session:
        put(session, LedgerPosition, [position("cel@a", 1), position("cel@b", 2)], ["ledger"])
        put(session, LedgerPosition, [position("cel@b", 3), position("cel@c", 4)], ["ledger"])
        put(session, LedgerPosition, [], ["ledger"])
        assert offsets(session) == {"cel@a": 1, "cel@b": 3, "cel@c": 4}


def test_only_what_may_be_replaced_is(engine: Engine) -> None:
    with Session(engine) as session:
        put(session, LedgerPosition, [position("cel@a", 0), position("cel@b", 2)], ["ledger"])
        put(session, LedgerPosition, [position("cel@a", 5), position("cel@b", 6)], ["ledger"], over=UNREAD)
        assert offsets(session) == {"cel@a": 5, "cel@b": 2}


def test_writing_again_leaves_nothing_to_collect(engine: Engine) -> None:
    """Each statement's ``excluded`` is a copy of the table that only a full collection frees."""
    with Session(engine) as session:
        put(session, LedgerPosition, [position("cel@a", 1)], ["ledger"])
        gc.collect()
        before = aliases()
        for offset in range(5):
            put(session, LedgerPosition, [position("cel@a", offset)], ["ledger"])
        assert aliases() == before


def aliases() -> int:
    return sum(isinstance(one, Alias) for one in gc.get_objects())
