"""Every answered visit has exactly one score, whichever of the call and its answer is stored first."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from callcenter.calls.store import store
from callcenter.facts import SURVEY, drain
from callcenter.journal import Journal
from callcenter.journey import CallRecord
from callcenter.survey.scores import unsettled
from schema.calls import Score
from tests.callcenter.captured_calls import read, records
from tests.databases import Sessions

pytestmark = [pytest.mark.req("SAT-1", "SAT-2", "SAT-5")]
SURVEYS = {"sales": "happy"}
SECOND = dt.timedelta(seconds=1)


def call(name: str = "survey") -> CallRecord:
    [found] = records([*read(name).ledger, *read(name).ami])
    return found


def answer(record: CallRecord, outcome: str, score: int | None = None) -> dict[str, Any]:
    left_at = record.visits[0].left_at or record.started_at
    keys = str(score) if score else None
    return {"survey": "happy", "at": left_at + SECOND / 10, "outcome": outcome, "score": score, "keys": keys}


class Books:
    """The listener's and the FastAGI process's ways into one database."""

    def __init__(self, sessions: Sessions, folder: Path) -> None:
        self.sessions = sessions
        self.journal = Journal(folder, "agi")

    def close(self, record: CallRecord) -> None:
        with self.sessions.begin() as session:
            store(session, [record], SURVEYS)

    def tell(self, record: CallRecord, fact: dict[str, Any]) -> None:
        self.journal.put(SURVEY, record.call_id, fact)
        drain(self.journal, self.sessions)

    def scores(self) -> list[tuple[int, str, str | None, int | None]]:
        with self.sessions() as session:
            return [(row.visit, row.outcome, row.reason, row.score) for row in session.scalars(select(Score))]


@pytest.fixture
def books(sessions: Sessions, tmp_path: Path) -> Books:
    return Books(sessions, tmp_path / "journal")


@pytest.mark.slow
@pytest.mark.parametrize("order", list(permutations(["call", "asked", "scored", "call again"])))
def test_in_every_order_of_arrival_the_score_is_there_once(order: tuple[str, ...], books: Books) -> None:
    record = call()
    for what in order:
        if what.startswith("call"):
            books.close(record)
        else:
            books.tell(record, answer(record, what, 3 if what == "scored" else None))
    assert books.scores() == [(1, "scored", None, 3)]


@pytest.mark.parametrize("first", ["call", "asked"])
@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("survey", (1, "not_offered", "survey_failed", None)),
        ("survey_left", (1, "caller_hung_up", None, None)),
    ],
)
def test_a_question_whose_script_was_killed_is_accounted_for(
    first: str, name: str, meant: tuple[Any, ...], books: Books
) -> None:
    record = call(name)
    for what in ("call", "asked") if first == "call" else ("asked", "call"):
        if what == "call":
            books.close(record)
        else:
            books.tell(record, answer(record, "asked"))
    assert books.scores() == [meant]


def test_an_answer_stored_a_day_later_is_still_credited(books: Books) -> None:
    """Its journal lay on the disk of a machine that was off."""
    record = call()
    books.close(record)
    assert books.scores() == [(1, "not_offered", "survey_failed", None)]
    books.tell(record, answer(record, "scored", 1))
    assert books.scores() == [(1, "scored", None, 1)]


def test_an_answer_before_any_visit_belongs_to_none(books: Books) -> None:
    record = call()
    books.close(record)
    early = answer(record, "scored", 4) | {"at": record.started_at}
    books.tell(record, early)
    assert books.scores() == [(1, "not_offered", "survey_failed", None)]


def test_a_visit_that_turns_out_unanswered_keeps_no_score(books: Books) -> None:

    record = call()
    books.close(record)
    lost = replace(record.visits[0], outcome="lost")
    books.close(replace(record, visits=(lost,)))
    assert books.scores() == []


def test_calls_whose_score_and_answer_missed_each_other_are_found(books: Books) -> None:
    record = call()
    books.close(record)
    books.tell(record, answer(record, "scored", 2))
    with books.sessions.begin() as session:
        score = session.scalars(select(Score)).one()
        score.outcome, score.score, score.reason = "not_offered", None, "survey_failed"
    with books.sessions() as session:
        assert unsettled(session, record.started_at) == [record.call_id]
        assert unsettled(session, record.started_at + dt.timedelta(days=1)) == []
