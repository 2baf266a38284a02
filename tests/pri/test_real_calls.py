"""Real E1 calls: Q.921 and Q.931 over two spans, Hotline's rendered files on our end, plain exchanges on the other.

The tests share two E1 and the agent, and go in the order they stand in.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from schema.calls import Call, Leg, Step, Visit
from tests.e2e.until import until
from tests.json_keys import lost_of
from tests.pri.looking import (
    E1_CALLS,
    IN,
    OUT,
    SPEECH_MS,
    alarms,
    arrived,
    both_are_recorded,
    call_of,
    causes_of,
    fill,
    history,
    in_use,
    phone,
    pressed,
    states,
    steps_of,
    told,
    told_by_exchange,
)
from tests.pri.rig import Rig

pytestmark = pytest.mark.req("GW-1")


@pytest.fixture
def agent(rig: Rig) -> Iterator[None]:
    """Agent 1001 is at seat s8001."""
    phone(rig)
    rig.run("agents", "login", "1001", "--seat", "s8001")
    yield
    rig.run("agents", "logout", "1001")


def test_both_spans_are_up(rig: Rig) -> None:
    for manager, span in ((rig.hotline, 1), (rig.hotline, 2), (rig.exchange, 4), (rig.town, 5)):
        wanted = f"PRI span {span}/0: Up, Active"
        until(lambda manager=manager, wanted=wanted: wanted in manager.run("pri show spans"), 60, wanted)


@pytest.mark.parametrize(
    ("exchange", "trunk", "flow"), [("exchange", "city", "main"), ("town", "second", "other")]
)
def test_a_call_reaches_the_flow_of_its_trunk_and_number(
    rig: Rig, exchange: str, trunk: str, flow: str
) -> None:
    caller = f"02110{len(trunk)}"
    call = getattr(rig, exchange).call(IN.format("4001"), "caller", "listen", shown=caller)
    assert call.heard_speech() > SPEECH_MS
    call.hang_up()
    found = call_of(rig, caller)
    assert (found.trunk, found.did, found.direction) == (trunk, "4001", "inbound")
    assert {step.flow for step in steps_of(rig, found)} == {flow}


@pytest.mark.usefixtures("agent")
def test_keys_pass_both_ways_through_the_menu_and_to_the_agent(rig: Rig) -> None:
    since = len(rig.town.events)
    call = rig.exchange.call(IN.format("4001"), "caller", "menu", shown="021201", KEYS="1")
    assert told(rig, "Answered", since)["Shown"] == "021201"
    assert call.heard("caller") == "5"  # the agent's keys, as tones on the E1
    assert told(rig, "Heard", since, Who="agent")["Keys"] == "4"
    assert call.ended() == 16
    found = call_of(rig, "021201")
    assert [(visit.queue, visit.agent) for visit in rig.rows(Visit, call_id=found.call_id)] == [
        ("desk", "1001")
    ]
    until(lambda: rig.rows(Step, call_id=found.call_id, keys="1"), 30, "the step of key 1")
    both_are_recorded(rig, found)


@pytest.mark.parametrize(
    ("number", "cause", "outcome", "leads_to"),
    [
        ("4017", 17, "busy", "busy"),
        ("4018", 1, "unreachable", "away"),
        ("4019", 34, "unreachable", "away"),
        ("4020", 16, "done", "after"),
    ],
)
def test_each_cause_leads_a_flow_to_its_own_next_step(
    rig: Rig, number: str, cause: int, outcome: str, leads_to: str
) -> None:
    """The flow rings a mobile over the first E1; what the exchange says of it decides where the caller goes."""
    caller = f"0219{number}"
    rig.town.call(IN.format(number), "caller", "wait", shown=caller).ended()
    found = call_of(rig, caller)
    ways = [(step.step, step.outcome, step.next) for step in steps_of(rig, found)]
    assert ways[-2:] == [("ring", outcome, leads_to), (leads_to, "over", "@hangup")]
    [leg] = rig.rows(Leg, call_id=found.call_id, kind="outside")
    assert (leg.cause, leg.answered_at is not None) == (cause, outcome == "done")


def test_a_seat_calls_out_over_the_routes_first_trunk_under_its_number(rig: Rig) -> None:
    phone(rig)
    since = len(rig.exchange.events)
    call = rig.town.call(OUT.format("0255"), "phone", "dialled")
    arrived = told_by_exchange(rig, "Arrived", since)
    assert (arrived["Number"], arrived["Shown"], arrived["Over"]) == ("0255", "02161000", "DAHDI")
    assert call.heard("seat") == "7"
    assert told_by_exchange(rig, "Heard", since, Who="far")["Keys"] == "8"
    call.ended()
    assert call_of(rig, "8001", did="0255").trunk == "city"


@pytest.mark.parametrize(("number", "cause"), [("0217", 17), ("0201", 1)])
def test_what_is_the_numbers_own_fault_is_tried_on_no_other_trunk(rig: Rig, number: str, cause: int) -> None:
    phone(rig)
    since, others = len(rig.exchange.events), len(rig.town.events)
    rig.town.call(OUT.format(number), "phone", "dialled").ended()
    assert told_by_exchange(rig, "Arrived", since)["Number"] == number
    assert until(lambda: causes_of(rig, number), 30, "its legs") == [cause]
    assert not arrived(rig.town.events[others:])


def test_a_call_that_both_exchanges_refuse_for_want_of_a_line_goes_to_the_next_trunk(rig: Rig) -> None:
    phone(rig)
    since, others = len(rig.exchange.events), len(rig.town.events)
    call = rig.town.call(OUT.format("0234"), "caller", "wait")
    told(rig, "Arrived", others, Over="PJSIP")
    assert told_by_exchange(rig, "Arrived", since)["Number"] == "0234"
    assert arrived(rig.town.events[others:]) == [("0234", "DAHDI"), ("0234", "PJSIP")]
    call.hang_up()


def test_a_d_channel_that_goes_down_is_an_alarm_calls_fail_over_and_it_recovers(rig: Rig) -> None:
    phone(rig)
    with rig.switched_off(rig.exchange):
        until(lambda: states(rig)["a102/1"] == "no_signalling", 90, "the first line is in alarm")
        assert "D channel is down" in rig.run("boards")
        assert lost_of("boards status", rig.told("boards", "status")) == []
        until(lambda: ("a102/1", "no_signalling") in alarms(rig), 30, "the alarm is raised")
        since = len(rig.town.events)
        call = rig.town.call(OUT.format("0299"), "caller", "wait")
        told(rig, "Arrived", since)
        assert arrived(rig.town.events[since:]) == [("0299", "DAHDI")]  # over the second E1
        call.hang_up()
    until(lambda: states(rig)["a102/1"] == "up", 120, "the first line is up again")
    until(lambda: alarms(rig)[-1:] == [("a102/1", "up")], 30, "the alarm is over")
    assert history(rig, "a102/1")[:2] == ["up", "no_signalling"]
    call = rig.exchange.call(IN.format("4001"), "caller", "wait", shown="02155")
    until(lambda: rig.rows(Call, caller="02155", trunk="city"), 60, "a call comes in over it again")
    call.hang_up()


def test_sixty_calls_at_once_fill_both_spans_and_the_next_call_takes_another_way(rig: Rig) -> None:
    phone(rig)
    callers = fill(rig, rig.exchange, "0213")
    assert in_use(rig) == {"a102/1": E1_CALLS, "a102/2": 0}
    since, others = len(rig.exchange.events), len(rig.town.events)
    call = rig.town.call(OUT.format("0299"), "caller", "wait")
    told(rig, "Arrived", others)
    assert arrived(rig.town.events[others:]) == [("0299", "DAHDI")]  # over the second E1
    call.hang_up()
    call.ended()
    fill(rig, rig.town, "0214")
    assert in_use(rig) == {"a102/1": E1_CALLS, "a102/2": E1_CALLS}
    others = len(rig.town.events)
    call = rig.town.call(OUT.format("0299"), "caller", "wait")
    told(rig, "Arrived", others)
    assert arrived(rig.town.events[others:]) == [("0299", "PJSIP")]  # over the Internet
    assert not arrived(rig.exchange.events[since:])
    rig.town.ask("Hangup", Channel="/^DAHDI/")
    call.hang_up()
    rig.exchange.ask("Setvar", Variable="GO", Value="1")
    found = [call_of(rig, caller) for caller in callers]  # each has pressed 5, and then 9, which ends it
    assert [pressed(rig, one) for one in found] == [["5", "9"]] * E1_CALLS
