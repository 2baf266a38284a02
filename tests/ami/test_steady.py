"""Calls keep their order and their length when the clock is set while they are up."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ami.steady import CALLS, Steady
from callcenter.events import Event, LegAnswered

pytestmark = pytest.mark.req("OPS-1")
AT = dt.datetime(2026, 3, 2, 1, 0, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
MINUTE = dt.timedelta(minutes=1)
NEAR = 0.001


class World:
    """Time that goes on, and a clock that shows it and may be set."""

    def __init__(self) -> None:
        self.passed = 0.0
        self.was_set = dt.timedelta()
        self.steady = Steady(self.now, lambda: self.passed)

    def now(self) -> dt.datetime:
        return AT + dt.timedelta(seconds=self.passed) + self.was_set

    def event(self, call: str) -> Event:
        return LegAnswered(self.now(), "cel", f"{call}-leg", call)


@pytest.mark.parametrize("by", [HOUR, -HOUR])
def test_a_call_goes_on_by_the_clock_it_began_by(by: dt.timedelta) -> None:
    world = World()
    began = world.steady.told(world.event("a"))
    world.passed, world.was_set = 60, by
    assert world.steady.told(world.event("a")).at - began.at == MINUTE
    assert world.steady.told(world.event("b")).at == AT + MINUTE + by


@pytest.mark.parametrize("by", [HOUR, -HOUR])
def test_what_was_said_just_before_and_is_heard_after_is_by_the_clock_as_it_was(by: dt.timedelta) -> None:
    world = World()
    world.steady.told(world.event("a"))
    world.passed = 10
    late = [world.event("a"), world.event("b")]
    world.passed, world.was_set = 12, by
    assert [world.steady.told(event).at for event in late] == [AT + dt.timedelta(seconds=10)] * 2
    assert world.steady.told(world.event("b")).at == AT + dt.timedelta(seconds=12)


def test_a_listener_that_stood_still_takes_what_it_missed_as_it_was() -> None:
    world = World()
    world.passed = 600
    for seconds in (1, 300, 599):
        event = LegAnswered(AT + dt.timedelta(seconds=seconds), "cel", "a", "a")
        assert world.steady.told(event) is event


@given(st.lists(st.tuples(st.floats(0, 90), st.sampled_from([0, 0, 3600, -3600, 7, -7])), max_size=12))
def test_however_the_clock_is_set_a_call_takes_as_long_as_it_takes(steps: list[tuple[float, int]]) -> None:
    world = World()
    told, true = [world.steady.told(world.event("a")).at], [0.0]
    for seconds, by in steps:
        world.passed += seconds
        world.was_set += dt.timedelta(seconds=by)
        told.append(world.steady.told(world.event("a")).at)
        true.append(world.passed)
    for (before, after), (then, now) in zip(pairwise(told), pairwise(true), strict=True):
        assert abs((after - before).total_seconds() - (now - then)) <= NEAR


def test_what_is_known_of_calls_does_not_grow_for_ever() -> None:
    world = World()
    first = world.event("first")
    world.steady.told(first)
    for number in range(CALLS):
        world.steady.told(world.event(f"call {number}"))
    world.was_set = -HOUR
    assert world.steady.told(world.event("first")).at == first.at - HOUR
