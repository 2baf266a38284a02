"""When a phone is taken for gone, and when it was last known to be there."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.agents.presence import ASK_SECONDS, MOST_A_SECOND, Presence, pace

START = dt.datetime(2026, 3, 2, 1, 0, tzinfo=dt.UTC)


def after(seconds: float) -> dt.datetime:
    return START + dt.timedelta(seconds=seconds)


@pytest.mark.req("ACD-6")
def test_a_phone_that_stops_answering_was_last_seen_at_the_question_before() -> None:
    presence = Presence()
    for second in (0, 5, 10):
        presence.ask("s1", after(second))
    presence.contact("s1", "Unreachable")
    assert presence.device("s1", "UNAVAILABLE", after(13))
    assert presence.last_seen("s1") == after(5)


@pytest.mark.req("ACD-6")
def test_what_is_said_of_the_contact_may_come_after_what_is_said_of_the_device() -> None:
    presence = Presence()
    for second in (0, 5, 10):
        presence.ask("s1", after(second))
    presence.device("s1", "UNAVAILABLE", after(13))
    presence.contact("s1", "Unreachable")
    assert presence.last_seen("s1") == after(5)


@pytest.mark.req("ACD-6")
def test_a_call_after_the_last_answer_counts_as_a_sign_of_life() -> None:
    presence = Presence()
    for second in (0, 5, 10):
        presence.ask("s1", after(second))
    presence.device("s1", "INUSE", after(7))
    presence.contact("s1", "Unreachable")
    presence.device("s1", "UNAVAILABLE", after(13))
    assert presence.last_seen("s1") == after(7)


@pytest.mark.req("ACD-6")
def test_a_phone_that_signs_out_is_seen_at_that_moment() -> None:
    presence = Presence()
    presence.ask("s1", after(0))
    presence.contact("s1", "Removed")
    assert presence.device("s1", "UNAVAILABLE", after(2))
    assert presence.last_seen("s1") == after(2)


@pytest.mark.req("ACD-6")
def test_going_and_coming_are_told_once() -> None:
    presence = Presence()
    assert not presence.device("s1", "NOT_INUSE", after(0))
    told = [presence.device("s1", state, after(n)) for n, state in enumerate(["UNAVAILABLE", "INVALID"], 1)]
    told += [presence.device("s1", state, after(n)) for n, state in enumerate(["NOT_INUSE", "INUSE"], 3)]
    assert told == [True, False, True, False]
    assert presence.last_seen("s1") is None


EVENTS = st.lists(
    st.tuples(st.sampled_from(["ask", "NOT_INUSE", "Unreachable", "UNAVAILABLE"]), st.floats(0.01, 9))
)


@pytest.mark.req("ACD-6")
@given(EVENTS)
def test_nobody_was_last_seen_after_being_noticed_or_before_the_last_sign(
    events: list[tuple[str, float]],
) -> None:
    presence, now, sign = Presence(), 0.0, float("-inf")
    for what, pause in events:
        now += pause
        if what == "ask":
            presence.ask("s1", after(now))
        elif what == "Unreachable":
            presence.contact("s1", what)
        elif presence.device("s1", what, after(now)) and what == "UNAVAILABLE":
            seen = presence.last_seen("s1")
            assert seen is not None
            assert seen <= after(now)
            assert sign == float("-inf") or seen >= after(sign)
        if what == "NOT_INUSE":
            sign = now


@pytest.mark.req("ACD-6")
@pytest.mark.parametrize(("seats", "round_seconds"), [(1, ASK_SECONDS), (500, ASK_SECONDS), (3000, 30)])
def test_phones_are_asked_often_and_never_too_fast(seats: int, round_seconds: float) -> None:
    assert pace(seats) * seats == pytest.approx(round_seconds)
    assert pace(seats) >= 1 / MOST_A_SECOND
    assert pace(0) > 0
