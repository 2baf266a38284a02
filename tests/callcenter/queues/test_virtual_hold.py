"""Whose customer is rung: in the order of joining, never before who was waiting earlier, each place once."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.queues.live import Caller, LiveQueue, Member
from callcenter.queues.virtual_hold import Place, due, place_of, returned_id

NOW = dt.datetime(2026, 11, 22, 8, tzinfo=dt.UTC)


def ago(seconds: int) -> dt.datetime:
    return NOW - dt.timedelta(seconds=seconds)


def agents(free: int, busy: int = 0) -> dict[str, Member]:
    states = ["1"] * free + ["2"] * busy
    return {str(n): Member(str(n), "", state, 0, False, "", False, 0, 0) for n, state in enumerate(states)}


places = st.lists(
    st.builds(
        lambda since, priority, ringing, later: (since, priority, ringing, later),
        st.integers(1, 500),
        st.integers(0, 3),
        st.booleans(),
        st.integers(-100, 100),
    ),
    max_size=12,
).map(
    lambda rows: [
        Place(n, "q", ago(since), priority, ringing, ago(later))
        for n, (since, priority, ringing, later) in enumerate(rows)
    ]
)
callers = st.lists(
    st.builds(
        lambda since, priority, number, back: Caller(
            "c", returned_id(number, 1) if back else f"u{number}", "1", priority, ago(since)
        ),
        st.integers(1, 500),
        st.integers(0, 3),
        st.integers(1, 99),
        st.booleans(),
    ),
    max_size=8,
)


@pytest.mark.req("ACD-3")
@given(places, callers, st.integers(0, 5), st.integers(0, 5))
def test_nobody_is_rung_before_who_was_waiting_earlier(
    kept: list[Place], line: list[Caller], free: int, busy: int
) -> None:
    rung = due(kept, LiveQueue(line, agents(free, busy)), NOW)
    for place in rung:
        assert not place.ringing
        assert place.next_at <= NOW
        for one in line:
            if place_of(one.uniqueid) is None:
                assert (one.priority, -one.since.timestamp()) <= (
                    place.priority,
                    -place.joined_at.timestamp(),
                )
    assert rung == sorted(rung, key=Place.rank)
    assert len({place.id for place in rung}) == len(rung)
    under_way = sum(one.ringing for one in kept) + sum(place_of(one.uniqueid) is not None for one in line)
    assert not rung or len(rung) + under_way <= max(free, 1)
    assert not rung or free + busy > 0


@pytest.mark.req("ACD-3")
def test_the_first_is_rung_when_the_line_before_it_is_gone() -> None:
    first, second = (Place(n, "q", ago(100 - n), 0, False, NOW) for n in (1, 2))
    earlier, later = (Caller("c", f"u{n}", "1", 0, ago(n)) for n in (150, 50))
    assert due([second, first], LiveQueue([earlier, later], agents(1, 1)), NOW) == []
    assert due([second, first], LiveQueue([later], agents(1, 1)), NOW) == [first]
    assert due([second, first], LiveQueue([], agents(2)), NOW) == [first, second]
    assert due([second, first], LiveQueue([], agents(0, 1)), NOW) == [first]
    assert due([second, first], LiveQueue([], agents(0)), NOW) == []
    vip = Place(3, "q", ago(1), 5, False, NOW)
    assert due([first, vip], LiveQueue([], agents(1)), NOW) == [vip]


@pytest.mark.req("ACD-3")
def test_a_returned_calls_channel_tells_its_place() -> None:
    assert place_of(returned_id(17, 3)) == 17
    assert place_of("e2e-1700000000.5") is None
    assert place_of("hotline-back-x-1") is None
