"""Facts become rows: once each, whatever the order, and none that can't be stored blocks another."""

from __future__ import annotations

import datetime as dt
import json
import threading
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, func, select, text
from sqlalchemy.exc import SQLAlchemyError
from structlog.testing import capture_logs

from callcenter.facts import CALLBACK, STEP, SURVEY, drain
from callcenter.journal import Journal
from schema.calls import CallbackRequest, Step, SurveyAnswer
from tests.databases import Sessions

AT = dt.datetime(2026, 3, 2, 1, 0, tzinfo=dt.UTC)


def step(number: int, **more: Any) -> dict[str, Any]:
    fact = {"uniqueid": "n-1.1", "at": AT, "number": number, "flow": "main", "step": "menu", "kind": "menu"}
    fact |= {"version": 3, "heard": ("hello",), "keys": "1", "outcome": "key", "next": "care", "reason": "1"}
    return fact | more


def answer(outcome: str, score: int | None = None, at: dt.datetime = AT) -> dict[str, Any]:
    keys = str(score) if score else None
    return {"survey": "happy", "at": at, "outcome": outcome, "score": score, "keys": keys}


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path / "journal", "agi")


def count(sessions: Sessions, table: Any) -> int:
    with sessions() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


@pytest.mark.req("P2")
def test_facts_of_every_kind_are_stored_and_stored_twice_change_nothing(
    sessions: Sessions, journal: Journal, tmp_path: Path
) -> None:
    for _ in range(2):
        journal.put(STEP, "call", step(1))
        journal.put(SURVEY, "call", answer("scored", 1))
        asked = {"queue": "care", "number": "138", "asked_at": AT, "state": "open"}
        journal.put(CALLBACK, "call", asked)
        assert drain(journal, sessions) == 3
    assert [count(sessions, table) for table in (Step, SurveyAnswer, CallbackRequest)] == [1, 1, 1]
    with sessions() as session:
        assert session.scalars(select(Step.heard)).one() == ["hello"]
    assert list((tmp_path / "journal").iterdir()) == []


@pytest.mark.slow
def test_more_facts_than_a_statement_takes_are_stored_at_once(sessions: Sessions, journal: Journal) -> None:
    for number in range(5001):
        journal.put(STEP, "call", step(number))
    assert drain(journal, sessions) == 5001
    assert count(sessions, Step) == 5001


@pytest.mark.req("SAT-1")
@pytest.mark.parametrize("order", [("asked", "scored"), ("scored", "asked")])
@pytest.mark.parametrize("together", [True, False])
def test_a_surveys_end_goes_before_its_beginning(
    order: tuple[str, str], together: bool, sessions: Sessions, journal: Journal
) -> None:
    for outcome in order:
        journal.put(SURVEY, "call", answer(outcome, 2 if outcome == "scored" else None))
        if not together:
            drain(journal, sessions)
    drain(journal, sessions)
    with sessions() as session:
        [row] = session.scalars(select(SurveyAnswer))
    assert (row.outcome, row.score, row.keys) == ("scored", 2, "2")


POISON = {
    "a missing value": {"outcome": None},
    "no time": {"at": "yesterday"},
    "a time without a zone": {"at": "2026-03-02T01:00:00"},
    "a number too large": {"number": 10**30},
    "an object in a text": {"reason": {"a": 1}},
}


@pytest.mark.parametrize("wrong", POISON.values(), ids=POISON)
def test_a_fact_the_database_refuses_is_set_aside_and_blocks_no_other(
    wrong: dict[str, Any], sessions: Sessions, journal: Journal, tmp_path: Path
) -> None:
    journal.put(STEP, "call", step(1))
    journal.put(STEP, "poison", {**step(2), **wrong})
    journal.put(STEP, "call", step(3))
    with capture_logs() as logged:
        drain(journal, sessions)
    journal.put(STEP, "call", step(4))
    drain(journal, sessions)
    assert count(sessions, Step) == 3
    [aside] = (tmp_path / "journal").iterdir()
    assert aside.suffix == ".refused"
    refused = json.loads(aside.read_text())
    assert (refused["call_id"], refused["number"]) == ("poison", wrong.get("number", 2))
    assert [(entry["event"], entry["log_level"]) for entry in logged] == [("journal.set_aside", "error")]


@pytest.mark.postgres
def test_a_nul_which_only_postgresql_refuses_blocks_nothing(
    database: Engine, sessions: Sessions, journal: Journal
) -> None:
    journal.put(STEP, "call", step(1, reason="\0"))
    journal.put(STEP, "call", step(2))
    drain(journal, sessions)
    assert count(sessions, Step) == (1 if database.name == "postgresql" else 2)


def test_a_fact_of_an_unknown_kind_is_logged_and_passed_over(sessions: Sessions, journal: Journal) -> None:
    journal.put("weather", "call", {"sun": True})
    journal.put(STEP, "call", step(1))
    with capture_logs() as logged:
        drain(journal, sessions)
    assert count(sessions, Step) == 1
    assert [entry["event"] for entry in logged] == ["journal.unknown_fact"]


@pytest.mark.req("P2")
def test_while_the_tables_are_missing_the_facts_stay_on_disk(
    database: Engine, sessions: Sessions, journal: Journal
) -> None:
    with database.begin() as connection:
        connection.execute(text("ALTER TABLE steps RENAME TO elsewhere"))
    journal.put(STEP, "call", step(1))
    for _ in range(2):
        with pytest.raises(SQLAlchemyError):
            drain(journal, sessions)
        journal.put(STEP, "call", step(2))
    with database.begin() as connection:
        connection.execute(text("ALTER TABLE elsewhere RENAME TO steps"))
    drain(journal, sessions)
    assert count(sessions, Step) == 2


def test_two_processes_that_drain_one_folder_store_everything_once(
    sessions: Sessions, tmp_path: Path
) -> None:
    journals = [Journal(tmp_path / "journal", f"agi{n}") for n in range(2)]
    faults: list[BaseException] = []

    def work(journal: Journal, base: int) -> None:
        try:
            for number in range(40):
                journal.put(STEP, "call", step(base + number))
                drain(journal, sessions)
        except BaseException as fault:
            faults.append(fault)

    threads = [threading.Thread(target=work, args=(j, 100 * n)) for n, j in enumerate(journals)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for journal in journals:
        drain(journal, sessions)
    assert not faults
    assert count(sessions, Step) == 80
