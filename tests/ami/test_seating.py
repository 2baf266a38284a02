"""Who sat where, from the log-ins in the database."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from ami.seating import Seating
from schema.calls import AgentLogin

NOON = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)


def after(seconds: float) -> dt.datetime:
    return NOON + dt.timedelta(seconds=seconds)


def login(agent: str, seat: str, began: float, ended: float | None) -> AgentLogin:
    ended_at = None if ended is None else after(ended)
    return AgentLogin(agent=agent, seat=seat, began_at=after(began), ended_at=ended_at, paused_reason=None)


@pytest.mark.req("CALL-1")
def test_a_seat_is_whoever_sat_there_at_the_moment(sessions: Callable[[], Session]) -> None:
    with sessions() as session, session.begin():
        session.add_all([login("1001", "s1", 0, 10), login("1002", "s1", 20, None)])
        seating = Seating()
        seating.refresh(session, after(30))
    found = [seating.agent_at("s1", after(seconds)) for seconds in (-1, 5, 15, 25, 99)]
    assert found == [None, "1001", None, "1002", "1002"]
    assert seating.agent_at("s2", after(5)) is None


@pytest.mark.req("CALL-1")
def test_what_changes_between_two_looks_is_known(sessions: Callable[[], Session]) -> None:
    seating = Seating()
    with sessions() as session, session.begin():
        here = login("1001", "s1", 0, None)
        session.add(here)
        session.flush()
        seating.refresh(session, after(1))
    with sessions() as session, session.begin():
        session.get_one(AgentLogin, 1).ended_at = after(2)
        session.add(login("1002", "s1", 2, None))
        session.flush()
        seating.refresh(session, after(3))
    assert [seating.agent_at("s1", after(seconds)) for seconds in (1, 2.5)] == ["1001", "1002"]
