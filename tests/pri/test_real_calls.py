"""Real E1 calls: Q.921 and Q.931 over two spans, Hotline's rendered files on our end, plain exchanges on the other.

The tests share two E1 and the agent, and go in the order they stand in.
"""

from __future__ import annotations

import wave
from array import array
from collections.abc import Iterator
from pathlib import Path

import pytest

from schema.calls import Call, Leg, Step, Visit
from tests.e2e.until import until
from tests.json_keys import lost_of
from tests.pri.manager import Message
from tests.pri.rig import Rig

pytestmark = pytest.mark.req("GW-1")
IN = "DAHDI/g1/{}"
"""A number of Hotline's, as an exchange dials it over its E1."""
OUT = "PJSIP/{}@seat"
"""A number outside, as the phone of seat s8001 dials it."""
CHANNELS = 30


@pytest.fixture
def agent(rig: Rig) -> Iterator[None]:
    """Agent 1001 is at seat s8001."""
    phone(rig)
    rig.run("agents", "login", "1001", "--seat", "s8001")
    yield
    rig.run("agents", "logout", "1001")


def test_both_spans_are_up(rig: Rig) -> None:
    for manager, span in ((rig.hotline, 1), (rig.hotline, 2), (rig.exchange, 3), (rig.town, 4)):
        wanted = f"PRI span {span}/0: Up, Active"
        until(lambda manager=manager, wanted=wanted: wanted in manager.run("pri show spans"), 60, wanted)


@pytest.mark.parametrize(
    ("exchange", "trunk", "flow"), [("exchange", "city", "main"), ("town", "second", "other")]
)
def test_a_call_reaches_the_flow_of_its_trunk_and_number(
    rig: Rig, exchange: str, trunk: str, flow: str
) -> None:
    caller = f"02110{len(trunk)}"
    heard = rig.home / f"{flow}.wav"
    call = getattr(rig, exchange).call(IN.format("4001"), "caller", "listen", shown=caller, FILE=str(heard))
    call.told("Recorded")
    call.hang_up()
    found = call_of(rig, caller)
    assert (found.trunk, found.did, found.direction) == (trunk, "4001", "inbound")
    assert {step.flow for step in steps_of(rig, found)} == {flow}
    assert loudness(heard) > SPEECH


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
    assert call_of(rig, "8001").trunk == "city"


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
    assert states(rig) == {"a102/1": "up", "a102/2": "up"}
    with rig.switched_off("exchange"):
        until(lambda: states(rig)["a102/1"] == "no_signalling", 90, "the first line is in alarm")
        assert "D channel is down" in rig.run("boards")
        assert lost_of("boards status", rig.told("boards", "status")) == []
        until(lambda: rig.ami.logged("boards.alarm"), 30, "the alarm is raised")
        since = len(rig.town.events)
        call = rig.town.call(OUT.format("0299"), "caller", "wait")
        told(rig, "Arrived", since)
        assert arrived(rig.town.events[since:]) == [("0299", "DAHDI")]  # over the second E1
        call.hang_up()
    until(lambda: states(rig)["a102/1"] == "up", 120, "the first line is up again")
    until(lambda: rig.ami.logged("boards.alarm_over"), 30, "the alarm is over")
    begun = rig.told("boards", "history", "--line", "a102/1")
    assert [one["state"] for one in begun][:2] == ["up", "no_signalling"]
    call = rig.exchange.call(IN.format("4001"), "caller", "wait", shown="02155")
    until(lambda: rig.rows(Call, caller="02155", trunk="city"), 60, "a call comes in over it again")
    call.hang_up()


def test_thirty_calls_at_once_fill_a_span_and_the_next_call_takes_another_way(rig: Rig) -> None:
    phone(rig)
    callers = [f"0213{number:02}" for number in range(CHANNELS)]
    for caller in callers:
        rig.exchange.call(IN.format("4002"), "caller", "press", shown=caller).told("Up", 60)
    until(lambda: f"{CHANNELS} active channels" in rig.hotline.run("core show channels"), 120, "all are up")
    assert [line["in_use"] for line in rig.told("boards")] == [CHANNELS, 0]
    since, others = len(rig.exchange.events), len(rig.town.events)
    call = rig.town.call(OUT.format("0299"), "caller", "wait")
    told(rig, "Arrived", others)
    assert arrived(rig.town.events[others:]) == [("0299", "DAHDI")]  # over the second E1
    again = len(rig.town.events)
    next_call = rig.town.call(OUT.format("0234"), "caller", "wait")  # which has no line either
    told(rig, "Arrived", again, Over="PJSIP")
    assert not arrived(rig.exchange.events[since:])
    for one in (call, next_call):
        one.hang_up()
    rig.exchange.ask("Setvar", Variable="GO", Value="1")
    found = [call_of(rig, caller) for caller in callers]  # each has pressed 5, and then 9, which ends it
    assert [pressed(rig, one) for one in found] == [["5", "9"]] * CHANNELS


SPEECH = 300
"""Of 32,767; the hum of an open line stays below 50."""


def call_of(rig: Rig, caller: str) -> Call:
    """The row of this caller's first call, once it is over."""
    found: list[Call] = until(
        lambda: rig.rows(Call, caller=caller, state="closed"), 60, f"the call of {caller}"
    )
    return min(found, key=lambda call: call.started_at)


def states(rig: Rig) -> dict[str, str]:
    """Line: state, by Hotline's own command."""
    return {line["line"]: line["state"] for line in rig.told("boards")}


def phone(rig: Rig) -> None:
    """Wait until the seat's phone is there, and in no call."""
    until(lambda: "s8001/" in rig.hotline.run("pjsip show contacts"), 60, "the seat's phone is there")
    until(lambda: "PJSIP/s8001" not in rig.hotline.run("core show channels"), 30, "the phone is idle")


def told(rig: Rig, name: str, since: int, **wanted: str) -> Message:
    """What the second exchange, or the phone there, has told since."""
    return rig.town.event(since, 60, Event="UserEvent", UserEvent=name, **wanted)


def told_by_exchange(rig: Rig, name: str, since: int, **wanted: str) -> Message:
    """What the first exchange has told since."""
    return rig.exchange.event(since, 60, Event="UserEvent", UserEvent=name, **wanted)


def arrived(events: list[Message]) -> list[tuple[str, str]]:
    """Number and kind of line of each call that came there from Hotline."""
    return [(event["Number"], event["Over"]) for event in events if event.get("UserEvent") == "Arrived"]


def steps_of(rig: Rig, call: Call) -> list[Step]:
    """The steps of a call that is over, by when they were done; they are written a moment after it."""
    ends = {"over", "hung_up"}

    def look() -> list[Step]:
        found = sorted(rig.rows(Step, call_id=call.call_id), key=lambda step: (step.at, step.number))
        return found if ends & {step.outcome for step in found} else []

    return until(look, 30, f"the steps of {call.caller}")


def pressed(rig: Rig, call: Call) -> list[str]:
    """The keys of its menus that led on."""
    return [step.keys for step in steps_of(rig, call) if step.outcome == "key" and step.keys]


def causes_of(rig: Rig, number: str) -> list[int]:
    """How the legs to this number, which the seat has called, have ended."""
    calls = {call.call_id for call in rig.rows(Call, caller="8001", state="closed")}
    legs = [leg for leg in rig.rows(Leg, kind="outside") if leg.call_id in calls]
    return [leg.cause for leg in legs if f"/{number}-" in leg.channel]


def loudness(file: Path) -> float:
    """Root mean square of what was heard, of 32,767."""
    with wave.open(str(file)) as sound:
        samples = array("h", sound.readframes(sound.getnframes()))
    return float((sum(sample * sample for sample in samples) / max(len(samples), 1)) ** 0.5)
