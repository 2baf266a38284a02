"""What cases of calls from seats do besides: see ``tests/e2e/runner.py``.

``phone: {NUMBER: fields}``   the phone of this inside number signs in; fields of ``lab.scenario.Agent``
``seated: {AGENT: NUMBER}``   this agent of ours is logged in at the seat of that number
``carrier: {TRUNK: fields}``  the far end of a trunk of ours is there, and known to be
``desk: {NUMBER: options}``   ``hotline desks set`` with these options; cleared at the end
``code: {NUMBER: code}``      a feature code is dialled at this phone and heard to its end
``auto_answer: NUMBER``       this phone is asked to answer by itself
``refused|rung: PARTY``       wait until this caller is refused, this phone rings
``shown: {TRUNK: number}``    the far end has been called from this number, and from no name
``hears_tone: {PARTY: hertz}`` wait until this party hears the tone of the other
"""

from __future__ import annotations

from contextlib import ExitStack
from functools import partial
from typing import Any

from lab import audio, g711, sipp
from lab.scenario import Agent, Caller, Login
from lab.sipp_run import Address, Run
from tests.e2e.house import House
from tests.e2e.site_inside import host, seat
from tests.e2e.until import until

PHONES = Address("127.0.0.22")
HEARD_SECONDS = 0.5
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
            self._house.asterisk.rx(f"pjsip qualify {trunk}")
            there = partial(self._house.asterisk.rx, f"pjsip show aor {trunk}")
            until(lambda there=there: "Avail " in there(), PATIENCE_SECONDS, f"{trunk} is there")

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

    def do_auto_answer(self, number: str) -> None:
        messages = self.parties[number].folder / "messages.txt"
        until(
            lambda: "answer-after=0" in messages.read_text(), PATIENCE_SECONDS, f"{number} is asked to answer"
        )

    def do_refused(self, party: str) -> None:
        until(partial(self.parties[party].events, "refused"), PATIENCE_SECONDS, f"{party} is refused")

    def do_rung(self, party: str) -> None:
        until(partial(self.parties[party].events, "ringing"), PATIENCE_SECONDS, f"{party} rings")

    def do_shown(self, wanted: dict[str, str]) -> None:
        for trunk, number in wanted.items():
            (event, *_) = until(partial(self.parties[trunk].events, "ringing"), PATIENCE_SECONDS, trunk)
            assert f"<sip:{number}@" in event.details, event.details
            assert '"' not in event.details, event.details

    def do_hears_tone(self, wanted: dict[str, float]) -> None:
        for party, hertz in wanted.items():

            def heard(party: str = party, hertz: float = hertz) -> bool:
                ear = self.parties[party].ear()
                samples = g711.decode(bytes(ear.sound), ear.law)
                return audio.seconds_of(samples, hertz) >= HEARD_SECONDS

            until(heard, PATIENCE_SECONDS, f"{party} hears {hertz:g} Hz")
