"""What cases of calls from seats do besides: see ``tests/e2e/runner.py``.

``phone: {NUMBER: fields}``   the phone of this inside number signs in; fields of ``lab.scenario.Agent``
``hears_tone: {PARTY: hertz}`` wait until this party hears the tone of the other
"""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any

from lab import audio, g711, sipp
from lab.scenario import Agent, Login
from lab.sipp_run import Address, Run
from tests.e2e.house import House
from tests.e2e.site_inside import seat
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

    def do_hears_tone(self, wanted: dict[str, float]) -> None:
        for party, hertz in wanted.items():

            def heard(party: str = party, hertz: float = hertz) -> bool:
                ear = self.parties[party].ear()
                samples = g711.decode(bytes(ear.sound), ear.law)
                return audio.seconds_of(samples, hertz) >= HEARD_SECONDS

            until(heard, PATIENCE_SECONDS, f"{party} hears {hertz:g} Hz")
