"""A PIN is right or wrong, and after a few wrong ones nobody may guess on for a while."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from callcenter.agents.pins import LOCKED, MOST_WRONG, try_pin, unlock
from callcenter.errors import HotlineError
from callcenter.secrets import PIN_LENGTH, Secrets
from tests.databases import Sessions

pytestmark = [pytest.mark.req("ACD-5")]
NOW = dt.datetime(2026, 3, 2, 1, 0, tzinfo=dt.UTC)


def type_in(sessions: Sessions, typed: str, pin: str | None = "482913", at: dt.datetime = NOW) -> str:
    with sessions.begin() as session:
        return try_pin(session, "1001", typed, pin, at)


def test_wrong_ones_in_a_row_lock_it_and_time_opens_it(sessions: Sessions) -> None:
    told = [type_in(sessions, "111111") for _ in range(MOST_WRONG)]
    assert told == ["wrong"] * (MOST_WRONG - 1) + ["locked"]
    assert type_in(sessions, "482913") == "locked"
    assert type_in(sessions, "482913", at=NOW + LOCKED) == "right"


def test_a_right_one_forgets_the_wrong_ones_and_so_does_a_supervisor(sessions: Sessions) -> None:
    for _ in range(2):
        for _ in range(MOST_WRONG - 1):
            assert type_in(sessions, "111111") == "wrong"
        assert type_in(sessions, "482913") == "right"
    for _ in range(MOST_WRONG):
        type_in(sessions, "111111")
    with sessions.begin() as session:
        unlock(session, "1001")
    assert type_in(sessions, "482913") == "right"


def test_a_lock_that_is_over_counts_from_the_beginning(sessions: Sessions) -> None:
    for _ in range(MOST_WRONG):
        type_in(sessions, "111111")
    assert type_in(sessions, "111111", at=NOW + LOCKED) == "wrong"


def test_nobody_without_a_pin_gets_in(sessions: Sessions) -> None:
    assert [type_in(sessions, typed, pin=None) for typed in ("", "1", "None")] == ["wrong"] * 3


def test_a_pin_is_made_of_digits_and_a_poor_one_is_refused(tmp_path: Path) -> None:
    secrets = Secrets(tmp_path / "secrets.json")
    assert secrets.known("agent/1001") is None
    made = secrets("agent/1001")
    assert made.isdigit()
    assert len(made) == PIN_LENGTH
    for poor in ("12345", "12345a", "1001", "100100x", ""):
        with pytest.raises(HotlineError):
            secrets.set("agent/1001", poor)
    with pytest.raises(HotlineError):
        secrets.set("agent/10012002", "10012002")
    secrets.set("agent/1001", "482913")
    assert secrets.known("agent/1001") == "482913"
