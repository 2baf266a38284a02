"""Who sits where: one seat for an agent, one agent at a seat, and the queues that follow from it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from callcenter.agents.seating import log_in, log_out, logged_in, memberships, pause
from callcenter.errors import NotFound
from callcenter.site import Site
from schema.calls import AgentLogin
from tests.callcenter.flow_sites import flow, site
from tests.databases import Sessions

pytestmark = [pytest.mark.req("ACD-1")]
AT = dt.datetime(2026, 3, 2, 1, 0, tzinfo=dt.UTC)


def house(**more: Any) -> Site:
    seats = [{"name": f"a{n}", "number": f"80{n:02}", "title": f"Seat {n}"} for n in range(1, 31)]
    agents = [{"number": number, "title": number} for number in ("1001", "1002", "1003")]
    members = [{"agent": "1001"}, {"agent": "1002", "penalty": 5}]
    queues = [
        {"name": "care", "title": "Care", "members": members},
        {"name": "sales", "title": "Sales", "members": members[:1], "survey": "satisfaction"},
    ]
    main = flow({"begin": {"kind": "hangup"}})
    return site(main, seats=seats, agents=agents, queues=queues, **more)


def sit(sessions: Sessions, agent: str, seat: str) -> None:
    with sessions.begin() as session:
        log_in(session, house(), agent, seat, lambda: AT)


def seats(sessions: Sessions) -> dict[str, str]:
    with sessions() as session:
        return {login.agent: login.seat for login in logged_in(session)}


def test_an_agent_who_logs_in_twice_sits_where_he_sat_down_last(sessions: Sessions) -> None:
    for seat in ("a1", "a2", "a2"):
        sit(sessions, "1001", seat)
    assert seats(sessions) == {"1001": "a2"}
    with sessions() as session:
        assert session.query(AgentLogin).count() == 2


def test_an_agent_who_logs_in_again_at_the_same_seat_goes_on_as_he_was(sessions: Sessions) -> None:
    sit(sessions, "1001", "a1")
    with sessions.begin() as session:
        pause(session, "1001", "lunch", lambda: AT)
        log_in(session, house(), "1001", "a1", lambda: AT + dt.timedelta(hours=1))
    with sessions() as session:
        [login] = session.query(AgentLogin).all()
        assert (login.began_at, login.ended_at, login.paused_reason) == (AT, None, "lunch")


def test_whoever_takes_a_seat_logs_out_who_sat_there(sessions: Sessions) -> None:
    sit(sessions, "1001", "a1")
    sit(sessions, "1002", "a1")
    assert seats(sessions) == {"1002": "a1"}


def test_two_agents_who_change_seats_both_sit(sessions: Sessions) -> None:
    sit(sessions, "1001", "a1")
    sit(sessions, "1002", "a2")
    sit(sessions, "1001", "a2")
    sit(sessions, "1002", "a1")
    assert seats(sessions) == {"1001": "a2", "1002": "a1"}


@pytest.mark.parametrize("second", [("1001", "a2"), ("1002", "a1")], ids=["of an agent", "at a seat"])
def test_the_database_itself_refuses_a_second_open_log_in(
    second: tuple[str, str], sessions: Sessions
) -> None:
    with pytest.raises(IntegrityError), sessions.begin() as session:
        for agent, seat in (("1001", "a1"), second):
            session.add(AgentLogin(agent=agent, seat=seat, began_at=AT, ended_at=None, paused_reason=None))


def test_logging_out_ends_it_and_a_second_time_is_told_so(sessions: Sessions) -> None:
    sit(sessions, "1001", "a1")
    with sessions.begin() as session:
        log_out(session, "1001", lambda: AT)
    assert seats(sessions) == {}
    with pytest.raises(NotFound), sessions.begin() as session:
        log_out(session, "1001", lambda: AT)


@pytest.mark.parametrize(("agent", "seat"), [("9999", "a1"), ("1001", "nowhere")])
def test_unknown_names_change_nothing_and_the_message_stays_short(
    agent: str, seat: str, sessions: Sessions
) -> None:
    sit(sessions, "1001", "a1")
    with pytest.raises(NotFound) as said:
        sit(sessions, agent, seat)
    assert len(str(said.value)) < 120
    assert seats(sessions) == {"1001": "a1"}


def test_the_queues_follow_from_who_sits_where(sessions: Sessions) -> None:
    for agent, seat in (("1001", "a1"), ("1002", "a2"), ("1003", "a3")):
        sit(sessions, agent, seat)
    with sessions() as session:
        found = memberships(logged_in(session), house())
    assert [(one.queue, one.interface, one.penalty) for one in found] == [
        ("care", "Local/1001*a1@hotline_agents/n", 0),
        ("care", "Local/1002*a2@hotline_agents/n", 5),
        ("sales", "Local/1001*a1@hotline_agents/n", 0),
    ]
    assert {one.state_interface for one in found} == {"PJSIP/a1", "PJSIP/a2"}
