"""The simulator against the real call.

``simulated: {NAME: options}``  ``hotline simulate --real`` with these decides as it was decided for this caller
"""

from __future__ import annotations

import json
from functools import partial
from typing import Any

from schema.routing import Decision
from tests.e2e import expect
from tests.e2e.house import House
from tests.e2e.until import until

PATIENCE_SECONDS = 30.0


class SimulatedVerbs:
    """A part of ``tests.e2e.runner.Stage``."""

    _house: House
    number: dict[str, str]

    def do_simulated(self, wanted: dict[str, str]) -> None:
        for name, options in wanted.items():
            said = self._house.run("simulate", "--real", "--json", *options.split())
            meant = [(one["destination"], one["reasons"]) for one in json.loads(said)["decisions"]]
            call_id = expect.call_id(self._house, self.number[name])
            found = partial(self._decided, call_id)
            until(lambda found=found, meant=meant: len(found()) >= len(meant), PATIENCE_SECONDS, f"{meant}")
            assert found() == meant

    def _decided(self, call_id: str) -> list[tuple[str, Any]]:
        rows = self._house.rows(Decision, call_id=call_id)
        return [(row.destination, row.reasons) for row in sorted(rows, key=lambda row: (row.at, row.number))]
