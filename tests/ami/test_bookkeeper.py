"""What is kept is written once the database takes it, and nothing but what was kept last."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Collection
from dataclasses import replace

import pytest
from sqlalchemy import Engine, select, text, update
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from ami.bookkeeper import SETTLED, Bookkeeper
from ami.tail import Position
from callcenter.journey import JourneyBook
from schema.calls import Gap, Leg, Score, SurveyAnswer
from tests.ami.following import LATER, SURVEYS, tables
from tests.callcenter.captured_calls import HOUSE, NAMES, read, records
from tests.databases import Sessions

pytestmark = [pytest.mark.req("P2")]
[CALL] = records([*read("survey").ledger, *read("survey").ami])
PLACES = {"cel": Position(7, 4_000_000_000), "queue_log": Position(2**40, 5)}


def test_a_flush_done_twice_changes_nothing(sessions: Sessions) -> None:
    keeper = Bookkeeper(sessions, "pbx1", SURVEYS)
    keeper.keep([CALL])
    assert keeper.flush(PLACES, LATER) == 1
    before = tables(sessions)
    assert keeper.flush(PLACES, LATER) == 0
    keeper.keep([CALL])
    keeper.flush(PLACES, LATER)
    assert tables(sessions) == before


@pytest.mark.parametrize("name", NAMES)
def test_changes_of_a_call_that_is_up_come_to_the_same_as_all_of_it(sessions: Sessions, name: str) -> None:
    events = [*read(name).ledger, *read(name).ami]
    random.Random(name).shuffle(events)
    book, keeper = JourneyBook(HOUSE), Bookkeeper(sessions, "pbx1", SURVEYS)
    for start in range(0, len(events), 9):
        for event in events[start : start + 9]:
            book.add(event)
        changed = [record for call in book.dirty() if (record := call.record(HOUSE))]
        found = []
        for one in (keeper, Bookkeeper(sessions, "pbx1", SURVEYS)):
            one.keep(changed)
            one.flush(PLACES, LATER)
            found.append(tables(sessions))
        assert found[0] == found[1]


def test_of_a_call_that_is_up_only_what_has_changed_is_written(sessions: Sessions) -> None:
    keeper = Bookkeeper(sessions, "pbx1", SURVEYS)
    up = replace(CALL, state="open")
    keeper.keep([up])
    keeper.flush(PLACES, LATER)
    with sessions.begin() as session:
        session.execute(update(Leg).values(channel="touched"))
    *others, last = up.legs
    keeper.keep([replace(up, legs=(*others, replace(last, cause=99)))])
    keeper.flush(PLACES, LATER)
    with sessions() as session:
        channels = {row.uniqueid: row.channel for row in session.execute(select(Leg.uniqueid, Leg.channel))}
    assert channels == {leg.uniqueid: "touched" for leg in others} | {last.uniqueid: last.channel}


def test_a_newer_record_replaces_the_older_and_takes_in_other_calls(sessions: Sessions) -> None:
    keeper = Bookkeeper(sessions, "pbx1", SURVEYS)
    keeper.keep([replace(CALL, call_id="part"), replace(CALL, state="open"), CALL])
    keeper.keep([replace(CALL, aliases=("part",))])
    assert keeper.waiting == 1
    keeper.flush(PLACES, LATER)
    assert [(call[0], call[8]) for call in tables(sessions)["calls"]] == [(CALL.call_id, "closed")]


def test_places_are_kept_for_each_asterisk(sessions: Sessions) -> None:
    for system, places in (("pbx1", PLACES), ("pbx2", {"cel": Position(1, 1)})):
        Bookkeeper(sessions, system, SURVEYS).flush(places, LATER, last=True)
    assert Bookkeeper(sessions, "pbx1", SURVEYS).positions() == (PLACES, LATER)
    assert Bookkeeper(sessions, "pbx2", SURVEYS).positions() == ({"cel": Position(1, 1)}, LATER)
    assert Bookkeeper(sessions, "pbx3", SURVEYS).positions() == ({}, None)


def test_while_the_database_is_away_all_is_kept(database: Engine, sessions: Sessions) -> None:
    keeper = Bookkeeper(sessions, "pbx1", SURVEYS)
    keeper.keep([CALL])
    keeper.gap("ami", LATER, LATER, "a test", {"vanished": 1})
    with database.begin() as connection:
        connection.execute(text("ALTER TABLE calls RENAME TO elsewhere"))
    for _ in range(2):
        with pytest.raises(SQLAlchemyError):
            keeper.flush(PLACES, LATER)
        assert keeper.waiting == 2
    with database.begin() as connection:
        connection.execute(text("ALTER TABLE elsewhere RENAME TO calls"))
    keeper.flush(PLACES, LATER)
    assert keeper.waiting == 0
    with sessions() as session:
        assert session.scalars(select(Gap.found)).all() == [{"vanished": 1}]
    assert len(tables(sessions)["calls"]) == 1


def test_a_score_and_its_answer_that_missed_each_other_meet_half_a_minute_later(sessions: Sessions) -> None:
    """Both were being written at the same time, and neither transaction saw the other."""
    keeper = Bookkeeper(sessions, "pbx1", SURVEYS)
    keeper.flush(PLACES, LATER)
    keeper.keep([CALL])
    keeper.flush(PLACES, LATER)
    at = (CALL.visits[0].left_at or LATER) + dt.timedelta(milliseconds=100)
    with sessions.begin() as session:
        session.add(SurveyAnswer(call_id=CALL.call_id, survey="happy", at=at, outcome="scored", score=1))
    keeper.flush(PLACES, LATER + SETTLED)
    with sessions() as session:
        assert session.scalars(select(Score.score)).all() == [1]


def test_settled_calls_are_told_once_and_again_when_that_failed(sessions: Sessions) -> None:
    told: list[list[str] | None] = []
    fails = [OperationalError("", {}, Exception("away"))]

    def hear(calls: Collection[str] | None, _: dt.datetime) -> None:
        told.append(None if calls is None else list(calls))
        if calls and fails:
            raise fails.pop()

    keeper = Bookkeeper(sessions, "pbx1", SURVEYS, on_settled=hear)
    keeper.flush(PLACES, LATER)
    keeper.keep([CALL])
    keeper.gap("ami", LATER, LATER, "away", {})
    keeper.flush(PLACES, LATER)
    assert told == [None]
    with pytest.raises(OperationalError):
        keeper.flush(PLACES, LATER + SETTLED)
    keeper.flush(PLACES, LATER + SETTLED)
    keeper.flush(PLACES, LATER + 2 * SETTLED)
    assert told == [None, [CALL.call_id], [CALL.call_id]]
    with sessions() as session:
        assert len(session.scalars(select(Gap)).all()) == 1
