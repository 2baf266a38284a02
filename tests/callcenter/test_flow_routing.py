"""Routing inside the walk: the agent before the queue, closings, the end of circles; place and cursor."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.flow import Act, AgentIs, AgentState, Answer, Hear, Outcome, Pressed, Served, Walk, WhoServed
from callcenter.flow.place import Asked, Place
from callcenter.routing.known import NOTHING, Closing, Known, Listed
from callcenter.site_file.published import Published
from tests.callcenter.flow_sites import NOON, QUEUE, flow, site

CALLER = "13800138000"
AGENTS = [
    {"number": "1003", "title": "Third"},
    {"number": "1004", "title": "Fourth", "account_manager": True},
]
SALES = {
    "name": "sales",
    "title": "Sales",
    "survey": "satisfaction",
    "exit_keys": ["1"],
    "members": [{"agent": "1003"}],
    "last_agent": {"within_hours": 24, "wait_seconds": 15},
}
CARE = {"name": "care", "title": "Care", "max_wait_seconds": 60}
VIP = Listed(12, "vip", CALLER, agent="1004", wait_seconds=20, queue="care", priority=10)


def house(steps: dict[str, Any] | None = None, **more: Any) -> Published:
    steps = steps or {"wait": {**QUEUE, "keys": {"1": "word"}}}
    return Published(site(flow(steps), queues=[SALES, CARE], agents=AGENTS, **more))


def enter(published: Published, known: Known = NOTHING, caller: str = CALLER) -> Walk:
    return Walk.enter(published, caller=caller, trunk="e1", did="95588", at=NOON, known=known)


def again(published: Published, walk: Walk) -> Walk:
    """The walk as another worker goes on with it."""
    place = Place.parse(walk.place.cursor, walk.place.variables_text)
    return Walk(published, place, caller=CALLER, trunk="e1", did="95588", at=NOON)


def go(published: Published, walk: Walk, *answers: Answer) -> Walk:
    """Answer one by one, each time on another worker once an action is under way."""
    for answer in answers:
        told, decided = walk.facts, walk.decisions
        if walk.place.doing:
            request = walk.request
            walk = again(published, walk)
            assert walk.request == request
        walk.answer(answer)
        if walk.facts is not told:
            walk.facts[:0], walk.decisions[:0] = told, decided
    return walk


def waits(walk: Walk) -> tuple[str, int, int]:
    """Queue, seconds and priority of the wait that is asked for."""
    assert isinstance(walk.request, Act)
    return walk.request.target, walk.request.seconds, walk.request.priority


@pytest.mark.req("RT-3")
def test_a_returning_caller_is_offered_to_the_last_agent_who_is_free() -> None:
    published = house()
    walk = enter(published)
    assert walk.request == WhoServed("sales", 24)
    walk = go(published, walk, Served("1003", 7200))
    assert walk.request == AgentState("1003")
    walk = go(published, walk, AgentIs("free"))
    assert waits(walk)[0] == "agent_1003"
    assert isinstance(walk.request, Act)
    assert (walk.request.served, walk.request.survey) == ("sales", "satisfaction")
    walk = go(published, walk, Outcome("CONTINUE"))
    assert walk.ended
    assert walk.decisions[-1] == (
        "main/wait",
        "agent 1003",
        ("last agent 1003, 2 h ago", "agent 1003 free"),
    )


@pytest.mark.req("RT-3", "RT-7")
def test_a_busy_last_agent_is_waited_for_and_then_comes_the_queue_with_all_reasons() -> None:
    published = house()
    walk = go(published, enter(published), Served("1003", 7200), AgentIs("busy"))
    assert waits(walk) == ("agent_1003", 15, 0)
    walk = go(published, walk, Outcome("TIMEOUT"))
    assert waits(walk) == ("sales", 0, 0)
    assert walk.decisions[-1].reasons == ("last agent 1003, 2 h ago", "agent 1003 busy", "waited 15 s")
    assert walk.decisions[-1].destination == "queue sales"
    assert [fact.outcome for fact in walk.facts][1:] == ["last_agent", "busy", "begun", "no_answer", "begun"]
    walk = go(published, walk, Outcome("FULL"))
    assert walk.facts[-2].outcome == "full"


@pytest.mark.req("RT-3")
@pytest.mark.parametrize("state", ["paused", "away"])
def test_an_agent_who_can_not_come_costs_no_wait(state: str) -> None:
    published = house()
    walk = go(published, enter(published), Served("1003", 60), AgentIs(state))
    assert waits(walk)[0] == "sales"
    assert walk.decisions[-1].reasons == ("last agent 1003, 60 s ago", f"agent 1003 {state}")


@pytest.mark.req("RT-3")
@pytest.mark.parametrize(
    "served", [Served(), Served(trouble="the database did not answer"), Served("1999", 60)]
)
def test_nobody_to_remember_leads_to_the_queue(served: Served) -> None:
    published = house()
    walk = go(published, enter(published), served)
    assert waits(walk)[0] == "sales"


@pytest.mark.req("RT-3")
def test_a_caller_without_a_number_is_nobody_s() -> None:
    assert waits(enter(house(), caller=""))[0] == "sales"


@pytest.mark.req("RT-3", "ACD-3")
def test_a_key_leaves_the_wait_for_an_agent_as_it_leaves_the_queue() -> None:
    published = house()
    walk = go(published, enter(published), Served("1003", 60), AgentIs("busy"), Outcome("KEY-1"))
    assert walk.place.step == "word"


@pytest.mark.req("RT-2", "RT-3", "RT-7")
def test_a_vip_waits_for_the_manager_and_then_goes_before_others() -> None:
    published = house()
    walk = enter(published, Known(VIP))
    assert walk.request == AgentState("1004")
    walk = go(published, walk, AgentIs("busy"))
    assert waits(walk) == ("agent_1004", 20, 10)
    walk = go(published, walk, Outcome("TIMEOUT"))
    assert waits(walk) == ("care", 60, 10)
    assert walk.decisions[-1].reasons == ("VIP list #12", "manager 1004 busy", "waited 20 s")
    assert walk.decisions[-1].destination == "queue care, priority 10"


@pytest.mark.req("RT-2", "RT-4")
@pytest.mark.parametrize(
    ("outcome", "step"), [("TIMEOUT", "operator"), ("FULL", "operator"), ("JOINEMPTY", "wait")]
)
def test_a_vip_s_queue_that_fails_leads_into_the_flow(outcome: str, step: str) -> None:
    published = house()
    walk = go(published, enter(published, Known(VIP)), AgentIs("away"), Outcome(outcome))
    assert (walk.place.flow, walk.place.step) == ("main", step)
    assert walk.place.priority == 10


@pytest.mark.req("RT-2")
def test_a_manager_without_a_queue_of_their_own_is_passed_over() -> None:
    published = house()
    stranger = Listed(12, "vip", CALLER, agent="1009", queue="care")
    walk = go(published, enter(published, Known(stranger)), AgentIs("free"))
    assert waits(walk)[0] == "care"


@pytest.mark.req("RT-2")
def test_the_tier_can_be_asked_for_in_a_flow() -> None:
    cases = {"kind": "branch", "on": "variable", "variable": "tier", "cases": {"gold": "word"}}
    published = house({"start": {**cases, "otherwise": "bye"}})
    assert enter(published, Known(Listed(1, "vip", CALLER, tier="gold"))).place.step == "word"


@pytest.mark.req("RT-2")
def test_a_refused_call_has_no_step() -> None:
    walk = enter(house(), Known(Listed(7, "block", CALLER)))
    assert (walk.request, walk.ended, walk.facts) == (Act("busy"), True, [])
    message = enter(house(), Known(Listed(7, "block", CALLER, prompt="bye")))
    assert message.request == Act("hangup", prompts=("bye",), language="zh")


@pytest.mark.req("IVR-3")
@pytest.mark.parametrize("calendar", [None, "office"])
def test_an_emergency_closing_answers_closed_with_its_greeting(calendar: str | None) -> None:
    hours = {
        "kind": "branch",
        "on": "calendar",
        "calendar": "office",
        "cases": {"open": "bye", "closed": "word"},
    }
    published = house({"start": {**hours, "otherwise": "bye"}})
    morning = dt.datetime(2026, 3, 3, 2, 0, tzinfo=dt.UTC)
    known = Known(closings=(Closing(calendar, morning, "chen", "sorry"),))
    walk = Walk.enter(published, caller=CALLER, trunk="e1", did="95588", at=morning, known=known)
    assert walk.request == Hear(("sorry",), "zh")
    walk.answer(Pressed(None))
    fact = walk.facts[1]
    assert (fact.outcome, fact.next, fact.heard) == ("closed", "word", ("sorry",))
    assert fact.reason == "calendar office is closed: emergency closing since 2026-03-03 10:00 by chen"
    other = Known(closings=(Closing("other", morning, "chen"),))
    walk = Walk.enter(published, caller=CALLER, trunk="e1", did="95588", at=morning, known=other)
    assert walk.facts[1].outcome == "open"


CIRCLE = {
    "start": {**QUEUE, "queue": "care", "nobody": "box"},
    "box": {"kind": "voicemail", "mailbox": "8000", "next": "start"},
    "safe": {"kind": "voicemail", "mailbox": "8000", "next": "start"},
}


@pytest.mark.req("RT-4", "RT-7")
def test_a_circle_ends_at_the_safe_destination_and_nowhere_else() -> None:
    published = house(CIRCLE, loops={"most": 4, "then": "main/safe"})
    walk, ways = enter(published), []
    for _ in range(20):
        if walk.ended:
            break
        ways.append(walk.place.step)
        walk = go(published, walk, Outcome("JOINEMPTY" if walk.place.step == "start" else "SUCCESS"))
    assert ways == ["start", "box", "start", "box", "safe"]
    assert walk.ended
    hops = [decision for decision in walk.decisions if decision.about != "call"]
    assert [(hop.about, hop.destination) for hop in hops] == [
        ("main/start", "main/safe"),
        ("main/start", "@hangup"),
    ]
    assert hops[0].reasons == ("sent to 4 destinations already: on to main/safe",)


@pytest.mark.req("RT-4")
def test_an_agent_who_is_asked_first_is_no_hop_of_their_own() -> None:
    published = house()
    walk = go(published, enter(published), Served("1003", 60), AgentIs("busy"), Outcome("TIMEOUT"))
    assert walk.place.hops == 1


@given(
    st.integers(0, 20),
    st.integers(0, 93),
    st.none()
    | st.builds(
        Asked,
        st.from_regex(r"[vl][0-9]{1,18}", fullmatch=True),
        st.from_regex(r"[0-9]{2,8}", fullmatch=True),
        st.integers(0, 600),
        st.sampled_from(["new", "free", "busy", "paused", "away", "over"]),
    ),
    st.sampled_from(["menu", ".gold", "."]),
)
def test_a_place_travels_with_all_that_routing_has_put_there(
    priority: int, hops: int, asked: Asked | None, step: str
) -> None:
    place = Place("main", step, "zh", doing=True, priority=priority, hops=hops, asked=asked)
    assert Place.parse(place.cursor) == place
    assert len(place.cursor) <= 250
