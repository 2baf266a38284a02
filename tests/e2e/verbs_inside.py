"""What cases of calls from seats do besides: see ``tests/e2e/runner.py``.

``phone: {NUMBER: fields}``   the phone of this inside number signs in; fields of ``lab.scenario.Agent``
``seated: {AGENT: NUMBER}``   this agent of ours is logged in at the seat of that number
``carrier: {TRUNK: fields}``  the far end of a trunk of ours is there; Asterisk never asks those whether they are
``desk: {NUMBER: options}``   ``hotline desks set`` with these options; cleared at the end
``code: {NUMBER: code}``      a feature code is dialled at this phone and heard to its end
``soft: {NUMBER: fields}``    a softphone of this inside number, for the verbs of ``verbs_hands.py``
``plain: {NUMBER: fields}``   this inside number calls from a phone that knows no re-INVITE and is not asked how it went
``dials: {NUMBER: number}``   that softphone calls; the call is in hand
``asked_to_answer: NUMBER``   the call that rings there asks the phone to answer by itself
``refused|phone_rings: PARTY`` wait until this caller is refused, this phone rings
``clicks: {AGENT: number}``   ``hotline calls dial``
``shows: {NUMBER: number}``   the call in hand came from this number
``clicked_call: {AGENT: columns}``  that call's row, and ``talked``: the endpoints of who talked
``call_of: {NUMBER: columns}`` the same, of the one call this softphone made
``takes_by_key: {TRUNK: key}``  whoever answers there is asked, and presses this key
``up: NUMBER``               wait until the call in hand is answered
``parked: place``             wait until somebody is parked there
``shown: {TRUNK: number}``    the far end has been called from this number, and from no name
``hears_tone: {PARTY: hertz}`` wait until this party hears the tone of the other
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from typing import Any

from lab import audio, g711, sipp
from lab.phone_call import PhoneCall
from lab.rtp import Ear
from lab.scenario import Agent, Caller, Login
from lab.sipp_run import Address, Run
from lab.softphone import Softphone
from schema.calls import Call
from tests.e2e.expect_inside import parties
from tests.e2e.house import House
from tests.e2e.site_inside import host, seat
from tests.e2e.until import until

PHONES = Address("127.0.0.22")
HEARD_SECONDS = 0.5
ASKED_DB = -45.0
PATIENCE_SECONDS = 30.0


def is_inside(where: str) -> bool:
    """Whether a caller's ``from`` is an inside number."""
    return where.isdigit()


def account(house: House, number: str) -> Login:
    """The SIP account of an inside number."""
    return Login(seat(number), house.secret(f"seat/{seat(number)}"))


class InsideVerbs:
    """A part of ``Stage``."""

    _house: House
    _stack: ExitStack
    parties: dict[str, Run]
    phones: dict[str, Softphone]
    in_hand: dict[str, PhoneCall]
    clicked: dict[str, str]

    def do_phone(self, phones: dict[str, dict[str, Any]]) -> None:
        for number, options in phones.items():
            phone = Agent(login=account(self._house, number), **options)
            started = sipp.start(phone, self._house.sip, self._house.sipp_logs, at=PHONES, seconds=600)
            self.parties[number] = self._stack.enter_context(started)

    def do_seated(self, wanted: dict[str, str]) -> None:
        for agent, number in wanted.items():
            self._stack.callback(self._house.run, "agents", "logout", agent)
            self._house.run("agents", "login", agent, "--seat", seat(number))

    def do_carrier(self, carriers: dict[str, dict[str, Any]]) -> None:
        for trunk, options in carriers.items():
            at = Address(host(trunk), 5060)
            run = sipp.start(Agent(**options), self._house.sip, self._house.sipp_logs, at=at, seconds=600)
            self.parties[trunk] = self._stack.enter_context(run)

    def do_desk(self, wanted: dict[str, list[str]]) -> None:
        for number, options in wanted.items():
            self._stack.callback(self._house.run, "desks", "clear", number)
            self._house.run("desks", "set", number, *options)

    def do_code(self, wanted: dict[str, str]) -> None:
        for number, code in wanted.items():
            self._stack.callback(self._house.run, "desks", "clear", number)
            caller = Caller(dials=code, number=seat(number), login=account(self._house, number))
            done = sipp.run(caller, self._house.sip, self._house.sipp_logs, at=Address(PHONES.ip))
            assert (done.ok, done.failed) == (1, 0), f"{code} at {number}: {done.errors}"

    def do_soft(self, phones: dict[str, dict[str, Any]]) -> None:
        for number, options in phones.items():
            phone = Softphone(account(self._house, number), self._house.sip, ip=PHONES.ip, **options)
            self.phones[number] = self._stack.enter_context(phone)
            phone.register()

    def do_plain(self, wanted: dict[str, dict[str, Any]]) -> None:
        for number, options in wanted.items():
            caller = Caller(number=seat(number), login=account(self._house, number), **options)
            run = sipp.start(caller, self._house.sip, self._house.sipp_logs, at=Address(PHONES.ip))
            self.parties[number] = self._stack.enter_context(run)

    def do_dials(self, wanted: dict[str, str]) -> None:
        for number, dialled in wanted.items():
            self.in_hand[number] = self.phones[number].dial(dialled)

    def do_asked_to_answer(self, number: str) -> None:
        asked = self.in_hand[number].asked
        assert "answer-after=0" in asked["call-info"], asked

    def do_clicks(self, wanted: dict[str, str]) -> None:
        for agent, number in wanted.items():
            self.clicked[agent] = (
                self._house.run("calls", "dial", number, "--agent", agent).splitlines()[-1].split(":")[0]
            )

    def do_shows(self, wanted: dict[str, str]) -> None:
        for number, shown in wanted.items():
            assert f"<sip:{shown}@" in self.in_hand[number].asked["from"]

    def do_clicked_call(self, wanted: dict[str, dict[str, Any]]) -> None:
        for agent, columns in wanted.items():
            call_id = self.clicked[agent]
            self._one_call(columns, partial(self._house.rows, Call, state="closed", call_id=call_id))

    def do_call_of(self, wanted: dict[str, dict[str, Any]]) -> None:
        for number, columns in wanted.items():
            self._one_call(columns, partial(self._house.calls_of, number, state="closed"))

    def _one_call(self, columns: dict[str, Any], find: Callable[[], list[Call]]) -> None:
        (call,) = until(find, PATIENCE_SECONDS, f"a closed call with {columns}")
        talked = {key: value for key, value in columns.items() if key != "talked"}
        assert {key: getattr(call, key) for key in talked} == talked
        parties(self._house, call, columns["talked"])

    def do_takes_by_key(self, wanted: dict[str, str]) -> None:
        for party, key in wanted.items():
            (event, *_) = until(partial(self.parties[party].events, "answered"), PATIENCE_SECONDS, party)
            heard = partial(self.parties[party].ear, event.call)

            def asked(heard: Callable[[], Ear] = heard) -> bool:
                ear = heard()
                samples = g711.decode(bytes(ear.sound), ear.law)
                return any(window.level_db > ASKED_DB for window in audio.windows(samples, []))

            until(asked, PATIENCE_SECONDS, f"{party} is asked for a key")
            self.parties[party].press(key, event.call)

    def do_up(self, number: str) -> None:
        self.in_hand[number].wait("up")

    def do_parked(self, place: str) -> None:
        show = partial(self._house.asterisk.rx, "parking show default")
        until(
            lambda: f"7{place}" in show().split("Parked Calls")[-1],
            PATIENCE_SECONDS,
            f"a call parked at {place}",
        )

    def do_refused(self, party: str) -> None:
        until(partial(self.parties[party].events, "refused"), PATIENCE_SECONDS, f"{party} is refused")

    def do_phone_rings(self, party: str) -> None:
        until(partial(self.parties[party].events, "ringing"), PATIENCE_SECONDS, f"{party} rings")

    def do_shown(self, wanted: dict[str, str]) -> None:
        for trunk, number in wanted.items():
            (event, *_) = until(partial(self.parties[trunk].events, "ringing"), PATIENCE_SECONDS, trunk)
            assert f"<sip:{number}@" in event.details, event.details
            assert '"' not in event.details, event.details

    def do_hears_tone(self, wanted: dict[str, float]) -> None:
        for party, hertz in wanted.items():

            def heard(party: str = party, hertz: float = hertz) -> bool:
                answered = self.parties[party].events("answered")
                if not answered:
                    return False
                ear = self.parties[party].ear(answered[0].call)
                samples = g711.decode(bytes(ear.sound), ear.law)
                return audio.seconds_of(samples, hertz) >= HEARD_SECONDS

            until(heard, PATIENCE_SECONDS, f"{party} hears {hertz:g} Hz")
