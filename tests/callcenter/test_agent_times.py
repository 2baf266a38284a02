"""An agent's states follow each other without a hole, and a day's seconds add up."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.agents import seating as agents
from callcenter.agents.states import (
    PAUSED,
    READY,
    UNREACHABLE,
    WRAPUP,
    Stretch,
    end_wrap_up,
    extend_wrap_up,
    held_wrap_ups,
    present,
    stretches,
    wrap_up,
)
from callcenter.agents.times import Rung, read_times, times
from callcenter.errors import HotlineError, NotFound
from callcenter.site import Site
from callcenter.windows import between
from schema.agents import AgentState
from schema.calls import AgentLogin, Leg
from tests.callcenter.flow_sites import flow, site
from tests.databases import Sessions

pytestmark = [pytest.mark.req("ACD-5")]
START = dt.datetime(2026, 3, 2, 1, 0, tzinfo=dt.UTC)
REASONS = [{"name": "lunch", "title": {"zh": "午饭"}, "code": "1"}, {"name": "training"}]


def at(seconds: float) -> dt.datetime:
    return START + dt.timedelta(seconds=seconds)


def house(**more: object) -> Site:
    seats = [{"name": f"a{n}", "number": f"80{n:02}", "title": f"Seat {n}"} for n in (1, 2)]
    people = [{"number": number, "title": number} for number in ("1001", "1002")]
    return site(flow({"begin": {"kind": "hangup"}}), seats=seats, agents=people, **more)


class Desk:
    """One agent's doings at given seconds."""

    def __init__(self, sessions: Sessions, **more: object) -> None:
        self._sessions = sessions
        self._site = house(**more)

    def come(self, second: float, agent: str = "1001", seat: str = "a1") -> None:
        with self._sessions.begin() as session:
            agents.log_in(session, self._site, agent, seat, lambda: at(second))

    def go(self, second: float) -> None:
        with self._sessions.begin() as session:
            agents.log_out(session, "1001", lambda: at(second))

    def pause(self, second: float, reason: str) -> None:
        with self._sessions.begin() as session:
            agents.pause(session, "1001", reason, lambda: at(second))

    def unpause(self, second: float) -> None:
        with self._sessions.begin() as session:
            agents.unpause(session, "1001", lambda: at(second))

    def wrap_up(self, second: float, seconds: int) -> bool:
        with self._sessions.begin() as session:
            return wrap_up(session, agents.seated(session, "1001"), at(second), seconds)

    def ready(self, second: float) -> None:
        with self._sessions.begin() as session:
            end_wrap_up(session, agents.seated(session, "1001"), at(second))

    def longer(self, second: float, seconds: int) -> dt.datetime:
        with self._sessions.begin() as session:
            return extend_wrap_up(session, "1001", at(second), seconds)

    def lose_phone(self, last_seen: float) -> str:
        with self._sessions.begin() as session:
            return agents.phone_gone(session, self._site, "1001", at(last_seen))

    def find_phone(self, second: float) -> str | None:
        with self._sessions.begin() as session:
            return agents.phone_back(session, self._site, "1001", at(second))

    def states(self, now: float) -> list[tuple[str, str | None, float, float | None]]:
        """State, reason, from, to."""
        with self._sessions() as session:
            rows = (
                session.query(AgentState).filter_by(agent="1001").order_by(AgentState.began_at, AgentState.id)
            )
            found = stretches(rows, at(now))
        return [
            (one.state, one.reason, since(one.began_at), one.ended_at and since(one.ended_at))
            for one in found
        ]


def since(moment: dt.datetime) -> float:
    return (moment - START).total_seconds()


def test_a_day_is_covered_without_a_hole(sessions: Sessions) -> None:
    desk = Desk(sessions)
    desk.come(0)
    desk.pause(10, "lunch")
    desk.pause(15, "training")
    desk.unpause(20)
    assert desk.wrap_up(30, 5)
    desk.go(50)
    assert desk.states(60) == [
        (READY, None, 0, 10),
        (PAUSED, "lunch", 10, 15),
        (PAUSED, "training", 15, 20),
        (READY, None, 20, 30),
        (WRAPUP, None, 30, 35),
        (READY, None, 35, 50),
    ]


def test_a_wrap_up_ends_by_itself_sooner_or_later_as_wished(sessions: Sessions) -> None:
    desk = Desk(sessions)
    desk.come(0)
    desk.wrap_up(10, 20)
    assert desk.states(15)[-1] == (WRAPUP, None, 10, None)
    assert desk.states(40)[-2:] == [(WRAPUP, None, 10, 30), (READY, None, 30, None)]
    assert desk.longer(20, 15) == at(45)
    assert desk.states(40)[-1] == (WRAPUP, None, 10, None)
    desk.ready(41)
    assert desk.states(42)[-2:] == [(WRAPUP, None, 10, 41), (READY, None, 41, None)]
    with pytest.raises(NotFound):
        desk.ready(43)
    with pytest.raises(NotFound):
        desk.longer(43, 5)


def test_only_a_wrap_up_made_longer_keeps_the_queues_from_ringing(sessions: Sessions) -> None:
    desk = Desk(sessions)
    desk.come(0)
    desk.wrap_up(10, 20)
    with sessions() as session:
        assert held_wrap_ups(session, at(12)) == {}
    desk.longer(12, 5)
    with sessions() as session:
        assert held_wrap_ups(session, at(34)) == {"1001": at(35)}
        assert held_wrap_ups(session, at(35)) == {}


def test_who_is_paused_stays_so_after_a_call_and_unpausing_nobody_changes_nothing(sessions: Sessions) -> None:
    desk = Desk(sessions)
    desk.come(0)
    desk.unpause(2)
    desk.pause(5, "lunch")
    assert not desk.wrap_up(6, 10)
    assert desk.states(9) == [(READY, None, 0, 5), (PAUSED, "lunch", 5, None)]


@pytest.mark.req("ACD-6")
def test_a_lost_phone_is_booked_from_when_it_was_last_seen(sessions: Sessions) -> None:
    desk = Desk(sessions)
    desk.come(0)
    assert desk.lose_phone(20) == UNREACHABLE
    desk.pause(25, "lunch")
    assert desk.find_phone(40) == PAUSED
    assert desk.find_phone(41) is None
    assert desk.states(50) == [
        (READY, None, 0, 20),
        (UNREACHABLE, None, 20, 40),
        (PAUSED, "lunch", 40, None),
    ]


@pytest.mark.req("ACD-6")
def test_the_site_decides_what_becomes_of_an_agent_without_a_phone(sessions: Sessions) -> None:
    gone = Desk(sessions, presence={"phone_gone": "logout"})
    gone.come(0)
    assert gone.lose_phone(20) == agents.LOGGED_OUT
    with sessions() as session:
        assert session.query(AgentLogin).one().ended_at == at(20)
    back = Desk(sessions, presence={"phone_back": "paused"})
    back.come(30)
    back.lose_phone(40)
    assert back.find_phone(50) == PAUSED
    assert back.states(60)[-1] == (PAUSED, agents.PHONE_WAS_GONE, 50, None)


def test_whoever_is_pushed_off_a_seat_has_no_open_state(sessions: Sessions) -> None:
    desk = Desk(sessions)
    desk.come(0)
    desk.come(10, agent="1002")
    with sessions() as session:
        assert set(present(session, at(11))) == {"1002"}


@pytest.mark.parametrize(("said", "meant"), [("lunch", "lunch"), ("1", "lunch"), ("training", "training")])
def test_a_reason_is_said_by_name_or_digit(said: str, meant: str) -> None:
    assert agents.known_reason(house(pause_reasons=REASONS), said) == meant


def test_other_reasons_are_refused_where_the_site_has_some() -> None:
    with pytest.raises(NotFound, match="the site has lunch, training"):
        agents.known_reason(house(pause_reasons=REASONS), "nap")
    assert agents.known_reason(house(), "nap") == "nap"


def test_a_day_s_seconds(sessions: Sessions) -> None:
    desk = Desk(sessions)
    desk.come(0)
    with sessions.begin() as session:
        session.add(
            Leg(
                call_id="c",
                uniqueid="l",
                channel="PJSIP/a1-1",
                kind="agent",
                endpoint="a1",
                agent="1001",
                started_at=at(10),
                answered_at=at(13),
                ended_at=at(30),
            )
        )
    desk.wrap_up(30, 10)
    desk.pause(60, "lunch")
    desk.go(90)
    with sessions() as session:
        (found,) = read_times(session, ["1001"], (at(-100), at(200)))
    assert found.as_dict() == {
        "agent": "1001",
        "logged_in_s": 90,
        "ready_s": 30,
        "wrapup_s": 10,
        "unreachable_s": 0,
        "ringing_s": 3,
        "talking_s": 17,
        "paused_s": 30,
        "reasons": {"lunch": 30},
    }


@pytest.mark.req("ACD-5")
def test_a_wrap_up_is_cut_short_by_the_next_call() -> None:
    states = [Stretch("1", WRAPUP, None, at(10), at(20)), Stretch("1", READY, None, at(20), at(30))]
    found = times("1", states, [Rung("1", at(18), at(19), at(23))], (at(0), at(100)))
    assert (found.wrapup, found.ringing, found.talking, found.ready) == (8, 1, 4, 7)


SPANS = st.lists(st.tuples(st.floats(0, 100), st.floats(0, 50), st.floats(0, 50)), max_size=6)


@given(
    st.lists(st.tuples(st.sampled_from([READY, PAUSED, WRAPUP, UNREACHABLE]), st.floats(0, 60)), max_size=8),
    SPANS,
    st.tuples(st.floats(0, 200), st.floats(1, 200)),
)
def test_the_parts_never_exceed_the_whole(
    parts: list[tuple[str, float]], calls: list[tuple[float, float, float]], window: tuple[float, float]
) -> None:
    states, now = [], 0.0
    for state, lasted in parts:
        states.append(Stretch("1", state, None, at(now), at(now + lasted)))
        now += lasted
    rung = [Rung("1", at(a), at(a + ring), at(a + ring + talk)) for a, ring, talk in calls]
    found = times("1", states, rung, (at(window[0]), at(sum(window))))
    others = sum(found.paused.values()) + found.wrapup + found.unreachable
    assert found.ready >= -1e-6
    assert found.ready + others <= found.logged_in + 1e-6
    assert found.logged_in <= window[1] + 1e-6


def test_a_window_is_said_in_days_of_the_site() -> None:
    zone = house().timezone
    shanghai, now = ZoneInfo(zone), dt.datetime(2026, 3, 5, 4, tzinfo=dt.UTC)
    assert between("2026-03-02", "2026-03-02", shanghai, now) == (
        dt.datetime(2026, 3, 1, 16, tzinfo=dt.UTC),
        dt.datetime(2026, 3, 2, 16, tzinfo=dt.UTC),
    )
    assert between(None, None, shanghai, now) == (dt.datetime(2026, 3, 4, 16, tzinfo=dt.UTC), now)
    with pytest.raises(HotlineError):
        between("yesterday", None, shanghai, now)
    with pytest.raises(HotlineError):
        between("2026-03-04", "2026-03-03", shanghai, now)
