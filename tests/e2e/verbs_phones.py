"""What cases with phones of another make do besides: see ``tests/e2e/runner.py``.

``baresip: {AGENT: fields}``      the agent logs in at a baresip, encrypted if ``encryption`` says how; ``tone_hz``
``baresip_answers: AGENT``        what rings there is answered
``baresip_hears: {AGENT: hertz}`` wait until it has heard this tone for half a second
``baresip_refers: {AGENT: number}`` it passes its call on by its own blind transfer
``baresip_is_free: AGENT``        wait until its call is over
"""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any

from lab import audio
from lab.baresip import Baresip, Line
from lab.scenario import Login
from lab.sipp_run import Address
from tests.e2e.house import SIP_TLS, House
from tests.e2e.telephony_site import seat_of
from tests.e2e.until import until

AT = Address("127.0.0.27", 32500)
HEARD_SECONDS = 0.5
PATIENCE_SECONDS = 20.0


class PhoneVerbs:
    """A part of ``Stage``."""

    _house: House
    _stack: ExitStack
    baresips: dict[str, Baresip]

    def do_baresip(self, wanted: dict[str, dict[str, Any]]) -> None:
        self.baresips = {}
        for agent, options in wanted.items():
            login = Login(seat_of(agent), self._house.secret(f"seat/{seat_of(agent)}"))
            encryption = options.get("encryption", "")
            toward = Address(self._house.sip.ip, SIP_TLS if encryption else self._house.sip.port)
            line = Line(login, toward, "tls" if encryption else "udp", encryption)
            folder = self._house.home / f"baresip-{agent}"
            phone = Baresip(line, folder, AT, tone_hz=options["tone_hz"])
            self.baresips[agent] = self._stack.enter_context(phone)
            self._stack.callback(self._house.run, "agents", "logout", agent)
            self._house.run("agents", "login", agent, "--seat", seat_of(agent))

    def do_baresip_answers(self, agent: str) -> None:
        self.baresips[agent].answer()

    def do_baresip_hears(self, wanted: dict[str, float]) -> None:
        for agent, hertz in wanted.items():
            until(
                lambda phone=self.baresips[agent], hertz=hertz: (
                    audio.seconds_of(phone.heard[-8000:], hertz) >= HEARD_SECONDS
                ),
                PATIENCE_SECONDS,
                f"{agent} hears {hertz}",
            )

    def do_baresip_refers(self, whom: dict[str, str]) -> None:
        for agent, number in whom.items():
            self.baresips[agent].transfer(number)

    def do_baresip_is_free(self, agent: str) -> None:
        self.baresips[agent].wait("CALL_CLOSED")
