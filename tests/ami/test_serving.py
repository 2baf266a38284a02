"""An agent who has passed a caller on is done with them, whenever the caller's call ends."""

from __future__ import annotations

import datetime as dt

import pytest

from ami.protocol import Message
from ami.serving import Serving
from callcenter.agents import seating as agents

pytestmark = [pytest.mark.req("ACD-5")]
SEAT, AGENT = "a1", "1001"
FREE = dt.datetime(2026, 3, 2, 10, tzinfo=dt.UTC)
OVER = FREE + dt.timedelta(seconds=0.4)


def told(caller: str, seat: str = SEAT) -> Message:
    interface = agents.interface(AGENT, seat)
    return Message({"Uniqueid": caller, "MemberName": AGENT, "Queue": "sales", "Interface": interface})


def test_a_call_that_is_over_soon_after_is_the_agents_end_from_when_their_phone_was_free() -> None:
    serving = Serving()
    serving.connect(told("one"))
    (served,) = serving.free(SEAT, FREE)
    assert (served.agent, served.queue) == (AGENT, "sales")
    assert serving.complete(told("one"), OVER) == FREE
    assert not serving.leave(served)


def test_a_call_that_goes_on_without_the_agent_ends_nothing_for_them_later() -> None:
    serving = Serving()
    serving.connect(told("one"))
    (served,) = serving.free(SEAT, FREE)
    assert serving.leave(served)
    assert serving.free(SEAT, FREE) == []
    serving.connect(told("two"))
    assert serving.complete(told("one"), OVER) is None
    assert serving.complete(told("two"), OVER) == OVER


def test_another_phone_that_is_free_says_nothing() -> None:
    serving = Serving()
    serving.connect(told("one"))
    assert serving.free("a2", FREE) == []


def test_calls_from_before_asterisk_came_up_are_forgotten_and_their_ends_count() -> None:
    serving = Serving()
    serving.connect(told("one"))
    (served,) = serving.free(SEAT, FREE)
    serving.forget()
    assert not serving.leave(served)
    assert serving.complete(told("one"), OVER) == OVER


@pytest.mark.parametrize("pickup_first", [True, False])
def test_who_rang_in_vain_since_a_colleague_picked_the_call_up_has_served_nobody(pickup_first: bool) -> None:
    serving = Serving()
    tell = [
        lambda: serving.picked_up(Message({"TargetLinkedid": "one", "TargetChannel": f"PJSIP/{SEAT}-0001"})),
        lambda: serving.connect(told("one")),
    ]
    for event in tell if pickup_first else reversed(tell):
        event()
    assert serving.free(SEAT, FREE) == []
    assert serving.complete(told("one"), OVER) is None
    serving.connect(told("two"))
    assert serving.complete(told("two"), OVER) == OVER
    serving.connect(told("one"))  # the colleague has passed the caller on, to the queue again
    assert [one.agent for one in serving.free(SEAT, FREE)] == [AGENT]


def test_a_pick_up_at_another_phone_is_none_of_the_agents() -> None:
    serving = Serving()
    serving.picked_up(Message({"TargetLinkedid": "one", "TargetChannel": "PJSIP/a2-0001"}))
    serving.connect(told("one"))
    assert serving.complete(told("one"), OVER) == OVER
