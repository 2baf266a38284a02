"""Tasks that calls leave behind: opened once whoever tells of them, taken by one, done with a result."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from callcenter.calls.follow_ups import Task, find, finish, open_tasks, take
from callcenter.errors import HotlineError, NotFound
from cli import main
from schema.session import session_factory
from tests.databases import Sessions, sqlite_copy

pytestmark = [pytest.mark.req("SAT-4", "CALL-4")]
AT = dt.datetime(2026, 3, 2, 1, 0, tzinfo=dt.UTC)
LATER = AT + dt.timedelta(minutes=5)
BAD = Task(
    kind="bad_score",
    key="c1/1",
    opened_at=AT,
    call_id="c1",
    visit=1,
    queue="care",
    agent="1001",
    number="138",
)
MISSED = Task(kind="missed_call", key="c2", opened_at=LATER, call_id="c2", number="139")


def opened(sessions: Sessions, *tasks: Task) -> int:
    with sessions.begin() as session:
        return open_tasks(session, tasks)


def test_telling_of_a_task_twice_opens_it_once(sessions: Sessions) -> None:
    assert opened(sessions, BAD, MISSED) == 2
    assert opened(sessions, MISSED, BAD) == 0
    with sessions() as session:
        assert [(task.kind, task.key, task.state) for task in find(session)] == [
            ("bad_score", "c1/1", "open"),
            ("missed_call", "c2", "open"),
        ]


def test_a_task_that_is_done_is_not_opened_again(sessions: Sessions) -> None:
    opened(sessions, BAD)
    with sessions.begin() as session:
        finish(session, find(session)[0].id, "apologised", LATER, by="1003")
    assert opened(sessions, BAD) == 0
    with sessions() as session:
        assert find(session) == []
        [task] = find(session, states=["done"])
    assert (task.result, task.closed_at, task.taken_by) == ("apologised", LATER, "1003")


def test_two_cannot_take_one_task(sessions: Sessions) -> None:
    opened(sessions, BAD)
    with sessions.begin() as session:
        number = find(session)[0].id
        assert take(session, number, "1001", LATER).taken_by == "1001"
    with sessions.begin() as session, pytest.raises(HotlineError, match="taken by 1001 already"):
        take(session, number, "1002", LATER)
    with sessions.begin() as session:
        assert finish(session, number, "sorted out", LATER).taken_by == "1001"
    with sessions.begin() as session, pytest.raises(HotlineError, match="done already: sorted out"):
        finish(session, number, "again", LATER)


def test_a_task_that_is_not_there_is_said_so(sessions: Sessions) -> None:
    with sessions.begin() as session, pytest.raises(NotFound, match="no follow-up 7"):
        take(session, 7, "1001", AT)


def test_tasks_are_found_by_kind_queue_and_agent(sessions: Sessions) -> None:
    opened(sessions, BAD, MISSED)
    with sessions() as session:
        assert [task.key for task in find(session, kind="missed_call")] == ["c2"]
        assert [task.key for task in find(session, queue="care", agent="1001")] == ["c1/1"]
        assert find(session, agent="1002") == []


def run(home: Path, *words: str) -> Result:
    return CliRunner().invoke(main, ["--home", str(home), "follow-ups", *words])


def test_the_commands_show_take_and_close(tmp_path: Path, migrated: Path) -> None:
    (tmp_path / "database").mkdir()
    engine = sqlite_copy(migrated, tmp_path / "database")
    opened(session_factory(engine), BAD, MISSED)
    engine.dispose()
    assert (
        run(tmp_path, "take", "1", "--by", "1003").output == "follow-up 1 (bad_score, 138) is taken by 1003\n"
    )
    again = run(tmp_path, "take", "1", "--by", "1002")
    assert (again.exit_code, again.output) == (1, "hotline: follow-up 1 is taken by 1003 already\n")
    assert run(tmp_path, "done", "1", "--result", "called back").exit_code == 0
    rows = json.loads(run(tmp_path, "list", "--json").output)
    assert [(row["kind"], row["state"]) for row in rows] == [("missed_call", "open")]
    every = json.loads(run(tmp_path, "list", "--state", "all", "--json").output)
    assert [(row["state"], row["result"]) for row in every] == [("done", "called back"), ("open", None)]
