"""What cases with an agent in a browser do besides: see ``tests/e2e/runner.py``. Skipped where no browser is installed.

``browser: {AGENT: hertz}``       the agent's page signs in and says this tone; the agent logs in there
``browser_answers: AGENT``        what rings in the page is answered
``browser_hears: {AGENT: hertz}`` wait until it has heard this tone for half a second
``browser_hangs_up: AGENT``       its call is over
"""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from tempfile import mkdtemp

import pytest

from callcenter.certificate_store import store_of
from lab.scenario import Login
from lab.sipp_run import Address
from tests.e2e.house import WSS, House
from tests.e2e.telephony_site import seat_of
from tests.phones.web_phone import WebPhone, missing


class BrowserVerbs:
    """A part of ``Stage``."""

    _house: House
    _stack: ExitStack
    pages: dict[str, WebPhone]

    def do_browser(self, wanted: dict[str, float]) -> None:
        if absent := missing():
            pytest.skip(f"run scripts/setup: there is no {absent}")
        self.pages = {}
        for agent, hertz in wanted.items():
            seat = seat_of(agent)
            login = Login(seat, self._house.secret(f"seat/{seat}"))
            authority = store_of(self._house.app.settings).authority
            at = Address(self._house.sip.ip, WSS)
            folder = Path(mkdtemp(prefix=f"browser-{agent}-", dir=self._house.home))
            page = WebPhone(login, at, authority, folder, tone_hz=hertz)
            self.pages[agent] = self._stack.enter_context(page)
            page.register()
            self._stack.callback(self._house.run, "agents", "logout", agent)
            self._house.run("agents", "login", agent, "--seat", seat)

    def do_browser_answers(self, agent: str) -> None:
        self.pages[agent].do("answer")

    def do_browser_hears(self, wanted: dict[str, float]) -> None:
        for agent, hertz in wanted.items():
            self.pages[agent].do("hear", hertz)

    def do_browser_hangs_up(self, agent: str) -> None:
        self.pages[agent].do("hangUp")
        self.pages[agent].do("over")
