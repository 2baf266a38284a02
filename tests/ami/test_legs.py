"""Recorded legs are stopped when they leave, told once when they have ended, whatever the order of events."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from itertools import permutations

import pytest
from structlog.testing import capture_logs

from ami import legs as module
from ami.legs import RecordedLegs
from ami.protocol import Message
from callcenter.journey import CallRecord
from callcenter.ports import TalkedLeg
from tests.ami.following import Recorder, messages
from tests.callcenter.captured_calls import FOLDER, read, records

pytestmark = [pytest.mark.req("REC-1")]
LEG, CHANNEL = "pbx1-1.7", "PJSIP/a1-1"


def event(name: str, uniqueid: str = LEG, **more: str) -> Message:
    headers = {"Event": name, "Uniqueid": uniqueid, "Linkedid": "pbx1-1.1", "Channel": CHANNEL, **more}
    raw = "".join(f"{key}: {value}\r\n" for key, value in headers.items()) + "\r\n"
    [message] = messages(raw.encode())
    return message


def seen(*events: Message) -> Recorder:
    """What the recorder is told of these events."""

    async def see() -> Recorder:
        recorder = Recorder()
        legs = RecordedLegs(recorder, {"sales"})
        for message in events:
            legs.see(message)
        await legs.finish_all()
        return recorder

    return asyncio.run(see())


def finished(*calls: CallRecord, queues: frozenset[str] = frozenset({"sales"})) -> Recorder:
    async def finish() -> Recorder:
        recorder = Recorder()
        legs = RecordedLegs(recorder, set(queues))
        for call in calls:
            legs.finish([call])
        await legs.finish_all()
        return recorder

    return asyncio.run(finish())


def call(name: str = "survey") -> CallRecord:
    [found] = records([*read(name).ledger, *read(name).ami])
    return found


def test_a_leg_that_leaves_its_bridge_is_stopped() -> None:
    assert seen(event("MixMonitorStart"), event("BridgeEnter"), event("BridgeLeave")).stopped == [CHANNEL]


def test_a_leg_that_moves_to_the_next_bridge_goes_on() -> None:
    """An attended transfer may move the new agent into the caller's bridge."""
    moves = [event("MixMonitorStart"), event("BridgeLeave"), event("BridgeEnter")]
    assert seen(*moves).stopped == []
    assert seen(*moves, event("BridgeLeave")).stopped == [CHANNEL]


def test_an_agent_who_parks_a_call_is_stopped_though_he_hears_the_slot() -> None:
    parking = event("BridgeEnter", BridgeTechnology="holding_bridge")
    assert seen(event("MixMonitorStart"), event("BridgeLeave"), parking).stopped == [CHANNEL]


def test_a_leg_that_hung_up_has_stopped_by_itself() -> None:
    assert seen(event("MixMonitorStart"), event("BridgeLeave"), event("Hangup")).stopped == []


def test_legs_that_are_not_recorded_are_nobodys_business() -> None:
    assert seen(event("BridgeEnter"), event("BridgeLeave"), event("Hangup")).stopped == []


def test_legs_whose_end_was_missed_do_not_pile_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "REMEMBERED", 10)
    legs = RecordedLegs(Recorder(), {"sales"})
    for number in range(100):
        legs.see(event("MixMonitorStart", f"pbx1-1.{number}"))
    assert len(legs._running) == 10


def test_a_leg_is_told_once_with_all_that_is_known_of_it() -> None:
    whole = call()
    [leg] = finished(whole, whole, replace(whole, state="open")).finished
    agent = next(leg for leg in whole.legs if leg.kind == "agent")
    assert leg == TalkedLeg(
        whole.call_id,
        agent.uniqueid,
        "1001",
        "sales",
        agent.talks[0].start,
        agent.talk_ms,
        False,
        whole.trunk,
    )


def test_in_whatever_order_a_call_becomes_known_its_leg_is_told_once() -> None:
    """Before its bridge or its queue is known, a leg that ended looks as if it never talked."""
    whole = call()
    bare = tuple(replace(leg, talk_ms=0, talks=()) for leg in whole.legs)
    pictures = [
        replace(whole, state="open", legs=bare),
        replace(whole, state="open", visits=()),
        replace(whole, state="open", legs=bare, visits=()),
    ]
    for order in permutations(pictures):
        recorder = finished(*order, whole)
        assert [leg.queue for leg in recorder.finished] == ["sales"]
        assert recorder.discarded == []


def test_a_leg_that_never_talked_is_discarded_when_the_call_is_closed() -> None:
    whole = call()
    bare = tuple(replace(leg, talk_ms=0, talks=()) for leg in whole.legs)
    agent = next(leg.uniqueid for leg in whole.legs if leg.kind == "agent")
    assert finished(replace(whole, legs=bare, state="open")).discarded == []
    assert finished(replace(whole, legs=bare)).discarded == [agent]


def test_a_queue_that_is_not_recorded_is_left_alone() -> None:
    recorder = finished(call(), queues=frozenset({"care"}))
    assert (recorder.finished, recorder.discarded) == ([], [])


@pytest.mark.req("P4")
def test_a_leg_cut_by_asterisks_death_is_told_as_cut() -> None:
    cut = [leg.cut for found in records(read("killed").ledger) for leg in finished(found).finished]
    assert cut
    assert all(cut)


def test_captured_calls_stop_no_recording_that_is_still_needed() -> None:
    for name in ("attended_transfer", "blind_transfer", "on_hold", "survey"):
        stream = messages((FOLDER / name / "ami.txt").read_bytes())
        begun = {m["Uniqueid"] for m in stream if m.event == "MixMonitorStart"}
        assert len(seen(*stream).stopped) <= len(begun)


def test_a_recorder_that_fails_is_logged_and_stops_nobody() -> None:
    class Broken(Recorder):
        async def finish(self, leg: TalkedLeg) -> None:
            raise RuntimeError("broken")

    async def finish() -> None:
        legs = RecordedLegs(Broken(), {"sales"})
        legs.finish([call()])
        await legs.finish_all()

    with capture_logs() as logged:
        asyncio.run(finish())
    assert [entry["event"] for entry in logged] == ["recording.crashed"]


@pytest.mark.req("CALL-1")
def test_a_colleague_who_got_the_call_is_finished_and_one_who_did_not_is_dropped() -> None:
    """``attended_transfer``: 8003 was consulted for a second, then talked with the caller for one."""
    whole = call("attended_transfer")
    [colleague] = [leg for leg in whole.legs if leg.endpoint == "seat8003"]

    async def told(record: CallRecord) -> Recorder:
        recorder = Recorder()
        legs = RecordedLegs(recorder, {"sales"})
        legs.see(event("MixMonitorStart", colleague.uniqueid))
        legs.finish([record])
        await legs.finish_all()
        return recorder

    [talked] = [leg for leg in asyncio.run(told(whole)).finished if leg.uniqueid == colleague.uniqueid]
    [(begin, end)] = talked.apart
    assert begin == 0
    assert 900 < end < 1300
    inside = replace(whole, direction="inside", visits=(), legs=(colleague,), consults=True)
    recorder = asyncio.run(told(inside))
    assert (recorder.finished, recorder.dropped) == ([], [colleague.uniqueid])


@pytest.mark.req("REC-1")
def test_a_direct_call_is_finished_and_a_consultation_outside_that_became_the_call_is_not_kept() -> None:
    """The agent who dials is the call's caller; who left an own call behind when it became another's has no talk."""
    whole = call("attended_transfer")
    caller = replace(whole.legs[0], agent="1001")
    direct = replace(whole, direction="inside", visits=(), legs=(caller,))
    silent = replace(caller, talk_ms=0, talks=())
    gone = replace(direct, legs=(silent,), aliases=(caller.uniqueid,))

    async def told(record: CallRecord) -> Recorder:
        recorder = Recorder()
        legs = RecordedLegs(recorder, {"sales"})
        legs.see(event("MixMonitorStart", caller.uniqueid))
        legs.finish([record])
        await legs.finish_all()
        return recorder

    [talked] = asyncio.run(told(direct)).finished
    assert (talked.agent, talked.queue) == ("1001", None)
    assert asyncio.run(told(gone)).dropped == [caller.uniqueid]
