"""Rows of calls are replaced whole, and taken over when two calls turn out to be one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from callcenter.calls.store import store
from callcenter.journey import CallRecord
from schema.base import Base
from schema.calls import Call, Leg, Recording, Score, Visit
from tests.callcenter.captured_calls import NAMES, read, records
from tests.databases import Sessions

pytestmark = [pytest.mark.req("REP-1")]
ALL = [record for name in NAMES for record in records([*read(name).ledger, *read(name).ami])]


def keep(sessions: Sessions, *calls: CallRecord) -> None:
    with sessions.begin() as session:
        store(session, calls, {"sales": "happy"})


def rows(sessions: Sessions, table: type[Base]) -> list[Any]:
    with sessions() as session:
        return list(session.execute(select(*table.__table__.columns)))


def test_writing_every_captured_call_twice_changes_nothing(sessions: Sessions) -> None:
    keep(sessions, *ALL)
    before = [sorted(map(str, rows(sessions, table))) for table in (Call, Leg, Visit, Score)]
    keep(sessions, *reversed(ALL))
    assert [sorted(map(str, rows(sessions, table))) for table in (Call, Leg, Visit, Score)] == before
    assert len(before[0]) == len(ALL)


def test_an_open_call_is_written_and_then_closed(sessions: Sessions) -> None:
    closed = ALL[0]
    keep(sessions, replace(closed, state="open", ended_at=None, ended_by=None))
    assert [row.state for row in rows(sessions, Call)] == ["open"]
    assert rows(sessions, Score) == []
    keep(sessions, closed)
    assert [row.state for row in rows(sessions, Call)] == ["closed"]


def test_a_leg_or_a_visit_that_was_thought_of_is_not_kept(sessions: Sessions) -> None:
    whole = next(call for call in ALL if len(call.visits) == 1 and len(call.legs) > 1)
    ghost = replace(whole.visits[0], number=2)
    keep(sessions, replace(whole, visits=(*whole.visits, ghost)))
    keep(sessions, replace(whole, legs=whole.legs[:1]))
    assert [row.number for row in rows(sessions, Visit)] == [1]
    assert [row.uniqueid for row in rows(sessions, Leg)] == [whole.legs[0].uniqueid]


def test_a_call_taken_in_leaves_no_rows_and_its_recording_goes_along(sessions: Sessions) -> None:
    one, other = ALL[0], ALL[1]
    keep(sessions, one, other)
    with sessions.begin() as session:
        session.add(
            Recording(
                call_id=other.call_id,
                uniqueid="leg",
                state="missing",
                reason="none",
                started_at=other.started_at,
            )
        )
    keep(sessions, replace(one, aliases=(other.call_id,)))
    assert [row.call_id for row in rows(sessions, Call)] == [one.call_id]
    assert {row.call_id for table in (Leg, Visit, Score) for row in rows(sessions, table)} == {one.call_id}
    assert [row.call_id for row in rows(sessions, Recording)] == [one.call_id]


@pytest.mark.slow
def test_ten_thousand_legs_are_written_in_one_transaction(sessions: Sessions) -> None:
    whole = ALL[0]
    many = [
        replace(
            whole,
            call_id=f"c{number}",
            legs=tuple(replace(leg, uniqueid=f"{leg.uniqueid}-{number}") for leg in whole.legs),
        )
        for number in range(10_000 // len(whole.legs))
    ]
    keep(sessions, *many)
    assert len(rows(sessions, Call)) == len(many)
    assert len(rows(sessions, Leg)) == len(many) * len(whole.legs)
