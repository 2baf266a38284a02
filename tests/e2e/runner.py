"""Plays a case on the running house. Each ``happens`` is one key, the verb, and its object.
Those of recordings are in ``tests/e2e/verbs_recording.py``.

``dial: NAME``                a caller dials; ``from`` may be the inside number of a seat
``answered|ended: PARTY``     wait until this caller or agent is answered, or their call is over
``press: {NAME: keys}``       a caller presses keys, five a second
``step: {NAME: step}``        wait until the flow has done this step for the caller
``asked: NAME``               wait until the survey is asking the caller
``fault: what``               see ``tests/e2e/faults.py``; its moment is where ``fallback`` counts from
``publish: {twin: closed}``   apply another site (``tests/e2e/telephony_site.py``)
``fallback: {NAME: seconds}`` wait for the static menu, which must have taken the caller by then
``reachable: AGENT``          wait until the queues would ring this agent
``recorded: seconds``         wait until so much of a talk is on disk
``cut: NAME``                 a caller's phone falls silent and never hangs up
``hears: NAME``               wait until the caller hears sound newer than the last ``ended``, ``fallback``, press

The verbs of one area are in a file of their own, ``verbs_….py``.
"""

from __future__ import annotations

import itertools
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from lab import audio, g711, sipp
from lab.scenario import Agent, Caller, Login, keys
from lab.sipp_events import Event, EventKind
from lab.sipp_run import Address, Run
from recordings import naming, sound
from schema.calls import Step, SurveyAnswer
from tests.e2e import expect, gaps, lateness
from tests.e2e.case import Case
from tests.e2e.faults import Faults
from tests.e2e.house import House, now
from tests.e2e.site_inside import seat
from tests.e2e.telephony_site import seat_of, site
from tests.e2e.until import until
from tests.e2e.verbs_agents import AgentVerbs
from tests.e2e.verbs_browser import BrowserVerbs
from tests.e2e.verbs_desks import DeskVerbs
from tests.e2e.verbs_hands import Hands
from tests.e2e.verbs_http import HttpVerbs
from tests.e2e.verbs_inside import PHONES, InsideVerbs, account, is_inside
from tests.e2e.verbs_links import LinkVerbs
from tests.e2e.verbs_phones import PhoneVerbs
from tests.e2e.verbs_recording import RecordingVerbs
from tests.e2e.verbs_rooms import RoomVerbs
from tests.e2e.verbs_routing import RoutingVerbs
from tests.e2e.verbs_survey import SurveyVerbs
from tests.e2e.verbs_trunks import TrunkVerbs
from tests.e2e.verbs_waiting import WaitingVerbs

PATIENCE_SECONDS = 45.0
TRUNKS = {"e1": Address("127.0.0.2"), "analog": Address("127.0.0.3")}
GATEWAY = "gw_analog"
SEATS = Address("127.0.0.21")
_numbers = itertools.count(13_900_000_001)
SPEECH_DB = -45.0
LAST_WORDS_SECONDS = 0.2
"""An agent's last sound may be heard this long after they have hung up."""


@dataclass
class Played:
    """What a case left: each caller's number, and what was measured, by name, in seconds."""

    numbers: dict[str, str]
    figures: dict[str, float] = field(default_factory=dict)


def play(case: Case, house: House) -> Played:
    """Play it to its end and look at everything it left. AssertionError says what is wrong."""
    with ExitStack() as stack:
        stage = Stage(case, house, stack)
        for happening in case.happens:
            ((verb, what),) = happening.items()
            getattr(stage, f"do_{verb}")(what)
        stage.everybody_left()
    for name, wanted in case.seen.items():
        expect.seen(house, stage.number[name], wanted)
    expect.books_balance(house, list(stage.number.values()))
    return Played(stage.number, stage.figures)


def play_in_time(case: Case, house: House) -> Played:
    """Play it, again where the machine was late; for a gap that may be smaller."""
    measures = any("gap" in happening for happening in case.happens)
    return lateness.in_time(
        lambda _: play(case, house), gaps.TOO_LATE_SECONDS if measures else lateness.TOO_LATE_SECONDS
    )


def sign_in(house: House, agent: str, options: dict[str, Any]) -> Run:
    """The agent's phone registers, and the agent is logged in at it."""
    seat = seat_of(agent)
    login = Login(seat, house.secret(f"seat/{seat}"))
    phone = sipp.start(Agent(login=login, **options), house.sip, house.sipp_logs, at=SEATS, seconds=600)
    house.run("agents", "login", agent, "--seat", seat)
    return phone


def _number(where: str) -> str:
    """The number a caller has: a seat's own, or one that no other caller has."""
    return where if is_inside(where) else str(next(_numbers))


class Stage(
    AgentVerbs,
    BrowserVerbs,
    DeskVerbs,
    Hands,
    HttpVerbs,
    InsideVerbs,
    LinkVerbs,
    PhoneVerbs,
    RecordingVerbs,
    RoomVerbs,
    RoutingVerbs,
    SurveyVerbs,
    TrunkVerbs,
    WaitingVerbs,
):
    """The parties of one case that is being played."""

    def __init__(self, case: Case, house: House, stack: ExitStack) -> None:
        self._case = case
        self._house = house
        self._stack = stack
        self._faults = stack.enter_context(Faults(house))
        self.number = {name: _number(options.get("from", "")) for name, options in case.callers.items()}
        house.begin_with([*self.number.values(), *case.uses])
        self.figures: dict[str, float] = {}
        self.parties: dict[str, Run] = {}
        self.clicked: dict[str, str] = {}
        self._since = 0.0
        for agent, options in case.agents.items():
            self._stack.callback(house.send_home, agent)
            self.parties[agent] = stack.enter_context(sign_in(house, agent, options))
        self.take_up_phones(case.phones, stack)
        self.take_up_lamps()
        self.take_up_http(stack)

    def everybody_left(self) -> None:
        """Wait for the callers' ends; SIPp must have found nothing wrong."""
        for name in self.number.keys() & self.parties.keys():
            done = self.parties[name].wait(PATIENCE_SECONDS)
            assert (done.ok, done.failed) == (1, 0), f"{name}: {done.causes} {done.errors}"

    def do_dial(self, name: str) -> None:
        options = dict(self._case.callers[name])
        trunk = options.pop("from", "e1")
        if "keys" in options:
            options["keys"] = keys(options["keys"])
        if trunk == "analog":
            options["login"] = self._gateway()
        elif is_inside(trunk):
            options["login"] = account(self._house, trunk)
        calls_from = seat(trunk) if is_inside(trunk) else self.number[name]
        caller = Caller(number=calls_from, **options)
        start = partial(sipp.start, caller, self._house.sip, self._house.sipp_logs)
        at = PHONES if is_inside(trunk) else TRUNKS[trunk]
        self.parties[name] = self._stack.enter_context(start(at=at))

    def do_answered(self, party: str) -> None:
        self._wait(party, "answered")

    def do_ended(self, party: str) -> None:
        self._since = self._wait(party, "ended").at + LAST_WORDS_SECONDS

    def do_press(self, pressed: dict[str, str]) -> None:
        for name, digits in pressed.items():
            self._since = time.monotonic()
            self.parties[name].press(digits)
            self._faults.moment = now()

    def do_step(self, wanted: dict[str, str]) -> None:
        for name, step in wanted.items():
            call_id = expect.call_id(self._house, self.number[name])
            look = partial(self._house.rows, Step, call_id=call_id, step=step)
            until(look, PATIENCE_SECONDS, f"step {step} of {name}")

    def do_asked(self, name: str) -> None:
        call_id = expect.call_id(self._house, self.number[name])
        until(partial(self._house.rows, SurveyAnswer, call_id=call_id), PATIENCE_SECONDS, f"{name} is asked")

    def do_fault(self, what: str) -> None:
        self._faults.bring(what)

    def do_publish(self, change: dict[str, str]) -> None:
        self._house.publish(site(**change))
        self._stack.callback(self._house.publish, site())

    def do_fallback(self, limits: dict[str, float]) -> None:
        for name, limit in limits.items():
            number = self.number[name]
            found = until(partial(self._house.fallbacks, number), PATIENCE_SECONDS, f"static menu of {name}")
            seconds = found[0].at - max(self._faults.moment, self._house.began(number))
            self.figures[f"{name} in the static menu"] = seconds
            assert seconds <= limit, f"{name} was in the static menu after {seconds:.3f} s"
            self._since = time.monotonic() - (now() - found[0].at)

    def do_reachable(self, agent: str) -> None:
        device = f"PJSIP/{seat_of(agent)}"
        began = time.monotonic()

        def free() -> bool:
            lines = self._house.asterisk.rx("queue show").splitlines()
            return any(f"from {device})" in line and "(Not in use)" in line for line in lines)

        until(free, PATIENCE_SECONDS, f"{agent} can be rung")
        self.figures[f"{agent} could be rung again"] = time.monotonic() - began

    def do_recorded(self, seconds: float) -> None:
        folder = naming.part_folder(self._house.app.settings.spool)

        def enough() -> bool:
            return any(sound.frames(part) >= seconds * sound.RATE for part in folder.glob("*.sln"))

        until(enough, PATIENCE_SECONDS, f"{seconds:g} s on disk")

    def do_cut(self, name: str) -> None:
        self.parties.pop(name).stop(0.0)

    def do_hears(self, name: str) -> None:
        until(partial(self._speech, name), PATIENCE_SECONDS, f"{name} hears something")

    def _speech(self, name: str) -> bool:
        """Whether the caller has heard sound since the last press, fallback or hang-up."""
        answered = self._wait(name, "answered")
        ear = self.parties[name].ear()
        first = max(0, round((self._since - answered.at) * audio.RATE))
        samples = g711.decode(bytes(ear.sound[first:]), ear.law)
        return any(window.level_db > SPEECH_DB for window in audio.windows(samples, []))

    def _wait(self, party: str, kind: EventKind) -> Event:
        """A phone counts its calls and the signs of life it is asked for alike: its first event is meant."""
        events = partial(self.parties[party].events, kind)
        return until(events, PATIENCE_SECONDS, f"{party} {kind}")[0]

    def _gateway(self) -> Login:
        login = Login(GATEWAY, self._house.secret("trunk/analog"))
        sipp.register(login, self._house.sip, at=Address(TRUNKS["analog"].ip, 32061))
        return login
