"""What cases of trunks do besides: see ``tests/e2e/runner.py``.

``gateway: {TRUNK: fields}``   a gateway signs in and is there; fields of ``lab.scenario.Agent``
``trunk_is: {TRUNK: state}``   wait until ``hotline trunks list`` says up or down of it
``carries: {TRUNK: calls}``    wait until it says that so many calls are on it
``was_away: {TRUNK: reason}``  its newest outage is over, and was for this reason
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import ExitStack
from functools import partial
from typing import Any

from lab import sipp
from lab.scenario import Agent, Login
from lab.sipp_run import Address, Run
from schema.trunks import TrunkOutage
from tests.e2e.house import House
from tests.e2e.site_inside import host
from tests.e2e.site_trunks import account
from tests.e2e.until import until

PATIENCE_SECONDS = 30.0


class TrunkVerbs:
    """A part of ``Stage``."""

    _house: House
    _stack: ExitStack
    parties: dict[str, Run]

    def do_gateway(self, gateways: dict[str, dict[str, Any]]) -> None:
        for trunk, options in gateways.items():
            login = Login(account(trunk), self._house.secret(f"trunk/{trunk}"))
            there = Agent(login=login, **options)
            at = Address(host(trunk), 5060)
            run = sipp.start(there, self._house.sip, self._house.sipp_logs, at=at, seconds=600)
            self.parties[trunk] = self._stack.enter_context(run)

    def do_trunk_is(self, wanted: dict[str, str]) -> None:
        self._until_shown("state", wanted)

    def do_carries(self, wanted: dict[str, int]) -> None:
        self._until_shown("in_use", wanted)

    def do_was_away(self, wanted: dict[str, str]) -> None:
        for trunk, reason in wanted.items():
            until(partial(self._was_away, trunk, reason), PATIENCE_SECONDS, f"{trunk} was away: {reason}")

    def _until_shown(self, key: str, wanted: Mapping[str, str | int]) -> None:
        def shown() -> bool:
            rows = json.loads(self._house.run("trunks", "list", "--json"))
            found = {row["trunk"]: row[key] for row in rows}
            return all(found[trunk] == value for trunk, value in wanted.items())

        until(shown, PATIENCE_SECONDS, f"{key} {wanted}")

    def _was_away(self, trunk: str, reason: str) -> bool:
        rows = self._house.rows(TrunkOutage, trunk=trunk)
        newest = max(rows, key=lambda row: row.began_at, default=None)
        return newest is not None and newest.ended_at is not None and newest.reason == reason
