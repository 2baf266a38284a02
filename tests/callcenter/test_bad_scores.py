"""A 3 or 4 opens one follow-up with the answer itself, and it learns what becomes known later."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from callcenter.calls.follow_ups import bad_score_key
from callcenter.facts import NOTICE, REPLY, drain
from schema.follow_ups import FollowUp
from schema.surveys import Notice, SurveyReply
from tests.callcenter.test_scores import Books, answer, call
from tests.databases import Sessions

pytestmark = [pytest.mark.req("SAT-2", "SAT-4")]


@pytest.fixture
def books(sessions: Sessions, tmp_path: Path) -> Books:
    return Books(sessions, tmp_path / "journal")


def tasks(books: Books) -> list[dict[str, Any]]:
    names = ("kind", "visit", "queue", "agent", "number", "detail", "state")
    with books.sessions() as session:
        return [{name: getattr(row, name) for name in names} for row in session.scalars(select(FollowUp))]


def test_a_bad_answer_opens_its_task_before_the_call_has_a_row(books: Books) -> None:
    record = call()
    books.tell(record, answer(record, "scored", 4))
    [task] = tasks(books)
    assert (task["kind"], task["detail"], task["state"]) == ("bad_score", "scored 4", "open")


@pytest.mark.parametrize("score", [1, 2])
def test_a_good_answer_opens_none(score: int, books: Books) -> None:
    record = call()
    books.tell(record, answer(record, "scored", score))
    books.close(record)
    assert tasks(books) == []


@pytest.mark.slow
@pytest.mark.parametrize("order", list(permutations(["call", "scored", "why", "call again"])))
def test_in_every_order_of_arrival_there_is_one_task_that_knows_everything(
    order: tuple[str, ...], books: Books
) -> None:
    record = call()
    given = answer(record, "scored", 3)
    reply = {"survey": "happy", "at": given["at"], "question": "why", "answer": "waited_long"}
    for what in order:
        if what.startswith("call"):
            books.close(record)
        elif what == "scored":
            books.tell(record, given)
        else:
            books.journal.put(REPLY, record.call_id, reply)
            drain(books.journal, books.sessions)
    [visit] = record.visits
    assert tasks(books) == [
        {
            "kind": "bad_score",
            "visit": 1,
            "queue": visit.queue,
            "agent": visit.agent,
            "number": record.caller,
            "detail": "scored 3, why: waited_long",
            "state": "open",
        }
    ]


def test_a_reply_and_a_notice_told_twice_are_kept_once(books: Books) -> None:
    record = call()
    given = answer(record, "scored", 3)
    key = bad_score_key(record.call_id, given["at"])
    reply = {"survey": "happy", "at": given["at"], "question": "solved", "answer": "2"}
    notice = {"kind": "bad_score", "key": key, "address": "boss@example.com", "due_at": given["at"]}
    for _ in range(2):
        books.journal.put(REPLY, record.call_id, reply)
        books.journal.put(NOTICE, record.call_id, notice)
        drain(books.journal, books.sessions)
    with books.sessions() as session:
        assert session.query(SurveyReply).count() == 1
        assert [(row.state, row.tries) for row in session.scalars(select(Notice))] == [("waiting", 0)]
