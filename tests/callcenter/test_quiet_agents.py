"""An agent whose phone takes no calls is paused in the queues for that reason, and for no longer."""

from __future__ import annotations

import datetime as dt

import pytest

from callcenter.agents import seating as agents
from callcenter.errors import HotlineError
from callcenter.routing.desks import ELSEWHERE, QUIET, change, end_pause, follow
from callcenter.routing.number_plan import NumberPlan
from tests.callcenter.test_agents import house
from tests.databases import Sessions

AT = dt.datetime(2026, 3, 2, 1, 0, tzinfo=dt.UTC)
PLAN = NumberPlan.of(house())
pytestmark = pytest.mark.req("CALL-7", "ACD-5")


def clock() -> dt.datetime:
    return AT


def sit(sessions: Sessions) -> None:
    """1001 at the seat 8001."""
    with sessions.begin() as session:
        agents.log_in(session, house(), "1001", "a1", clock)
        follow(session, PLAN, ["1001"], clock)


def set_to(sessions: Sessions, number: str, **values: str | bool | None) -> None:
    with sessions.begin() as session:
        change(session, PLAN, number, "test", clock, **values)


def paused(sessions: Sessions) -> str | None:
    with sessions() as session:
        (member, *_) = agents.wanted(session, house(), AT)
        return member.paused_reason


@pytest.mark.parametrize("number", ["8001", "1001"])
def test_while_the_phone_is_not_to_be_disturbed(sessions: Sessions, number: str) -> None:
    sit(sessions)
    set_to(sessions, number, do_not_disturb=True)
    assert paused(sessions) == QUIET
    set_to(sessions, number, do_not_disturb=False)
    assert paused(sessions) is None


def test_while_all_calls_are_sent_on(sessions: Sessions) -> None:
    sit(sessions)
    set_to(sessions, "8001", always="8002")
    assert paused(sessions) == ELSEWHERE
    set_to(sessions, "8001", always=None)
    assert paused(sessions) is None


def test_from_the_log_in_on(sessions: Sessions) -> None:
    set_to(sessions, "8001", do_not_disturb=True)
    sit(sessions)
    assert paused(sessions) == QUIET


def test_a_pause_of_the_agents_own_stays_theirs(sessions: Sessions) -> None:
    sit(sessions)
    with sessions.begin() as session:
        agents.pause(session, "1001", "lunch", clock)
    set_to(sessions, "8001", do_not_disturb=True)
    set_to(sessions, "8001", do_not_disturb=False)
    assert paused(sessions) == "lunch"


def test_a_pause_can_not_be_ended_while_the_phone_is_quiet(sessions: Sessions) -> None:
    sit(sessions)
    set_to(sessions, "8001", do_not_disturb=True)
    with pytest.raises(HotlineError, match=QUIET), sessions.begin() as session:
        end_pause(session, PLAN, "1001", clock)
    assert paused(sessions) == QUIET


def test_other_forwarding_pauses_nobody(sessions: Sessions) -> None:
    sit(sessions)
    set_to(sessions, "8001", busy="8002", no_answer="8002", follow_me="13800138000")
    assert paused(sessions) is None
