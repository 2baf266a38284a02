"""Calls that agents let ring, in a row, in rows."""

from __future__ import annotations

import pytest

from callcenter.agents.missed_calls import forget, missed
from tests.databases import Sessions

pytestmark = [pytest.mark.req("ACD-5")]


def miss(sessions: Sessions, *agents: str, most: int = 2) -> list[bool]:
    """Each in a session of its own, as after any restart."""
    found = []
    for agent in agents:
        with sessions.begin() as session:
            found.append(missed(session, agent, most))
    return found


def test_they_count_in_a_row_and_an_answer_begins_anew(sessions: Sessions) -> None:
    assert miss(sessions, "1", "1", "1") == [False, True, False]
    with sessions.begin() as session:
        forget(session, "1")
        forget(session, "nobody")
    assert miss(sessions, "1", "2", "1") == [False, False, True]


def test_a_queue_that_never_pauses_counts_for_those_that_do(sessions: Sessions) -> None:
    assert not any(miss(sessions, *"33333", most=0))
    assert miss(sessions, "3", most=6) == [True]
