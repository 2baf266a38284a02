"""What the tests look at: calls, rows, lines, sound; and what they wait for."""

from __future__ import annotations

import pytest

from lab import audio
from schema.calls import Call, Leg, Recording, Step
from tests.e2e.until import until
from tests.pri.manager import Manager, Message
from tests.pri.rig import Rig

IN = "DAHDI/g1/{}"
"""A number of Hotline's, as an exchange dials it over its E1."""
OUT = "PJSIP/{}@seat"
"""A number outside, as the phone of seat s8001 dials it."""
E1_CALLS = 30
SPEECH_MS = 300
"""Spoken without a pause; a click is shorter, the first word of a prompt longer."""
AT_A_TIME = 5
CALLERS_TONE, AGENTS_TONE, TONE_SECONDS = 500.0, 1100.0, 3.0
"""What they play when they have heard each other's keys; the agent hangs up after it."""


def call_of(rig: Rig, caller: str | None, **wanted: str) -> Call:
    """The row of this caller's first call, or the first that is like that, once it is over."""
    found: list[Call] = until(
        lambda: rig.rows(Call, caller=caller, state="closed", **wanted), 60, f"the call of {caller} {wanted}"
    )
    return min(found, key=lambda call: call.started_at)


def both_are_recorded(rig: Rig, call: Call) -> None:
    """The recording of the agent's leg is as long as the leg, and holds the tone of each on their own side."""
    [kept] = until(lambda: rig.rows(Recording, call_id=call.call_id), 60, "the recording has a row")
    assert kept.state == "ready", f"{kept.state}: {kept.reason}"
    [leg] = rig.rows(Leg, call_id=call.call_id, kind="agent")
    sound = audio.read_wav(rig.app.settings.recordings / kept.path)
    assert sound.seconds == pytest.approx(leg.talk_ms / 1000, abs=0.5)
    caller, agent = sound.channels
    for side, own, others in ((caller, CALLERS_TONE, AGENTS_TONE), (agent, AGENTS_TONE, CALLERS_TONE)):
        assert audio.seconds_of(side, own) > TONE_SECONDS - 0.5
        assert audio.seconds_of(side, others) == 0


def fill(rig: Rig, exchange: Manager, prefix: str) -> list[str]:
    """Call from every channel of an exchange, a few at a time; gives the callers when all are in the menu."""
    callers = [f"{prefix}{number:02}" for number in range(E1_CALLS)]
    for first in range(0, E1_CALLS, AT_A_TIME):
        some = callers[first : first + AT_A_TIME]
        calls = [exchange.call(IN.format("4002"), "caller", "press", shown=caller) for caller in some]
        for call, caller in zip(calls, some, strict=True):
            call.told("Up", 60, Caller=caller)
    return callers


def in_use(rig: Rig) -> dict[str, int]:
    """Channels in use of each E1."""
    return {line["line"]: line["in_use"] for line in rig.told("boards") if line["line"].startswith("a102")}


def told_so(rig: Rig, state: str, advice: str) -> None:
    """Wait until the second line is in this state, by Hotline's command and by its listener."""
    until(lambda: states(rig)["a102/2"] == state, 60, f"the second line is {state}")
    assert advice in rig.run("boards")
    until(lambda: history(rig, "a102/2")[:1] == [state], 60, f"the listener has seen it {state}")


def history(rig: Rig, line: str) -> list[str]:
    """The states that a line has been in, the newest first."""
    return [one["state"] for one in rig.told("boards", "history", "--line", line)]


def alarms(rig: Rig) -> list[tuple[str, str]]:
    """Line and state of each alarm that the listener has told of, and of each that is over."""
    return [(one["line"], one["state"]) for one in rig.ami.logs("boards.alarm", "boards.alarm_over")]


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
