"""What cases of seats, flows that ring them, and their simulation do besides: see ``tests/e2e/runner.py``.

``simulated: {NAME: options}``  ``hotline simulate --real`` with these decides as it was decided for this caller
``told_why: NUMBER``            the call in hand of this softphone is told something
``never_came: [NAMES]``         these callers were refused before there was a call
"""

from __future__ import annotations

import json
from functools import partial
from typing import Any

from lab import audio, g711
from lab.phone_call import PhoneCall
from lab.sipp_run import Run
from schema.routing import Decision
from tests.e2e import expect
from tests.e2e.house import House
from tests.e2e.until import until

PATIENCE_SECONDS = 30.0
SPEECH_DB = -45.0


class DeskVerbs:
    """A part of ``tests.e2e.runner.Stage``."""

    _house: House
    number: dict[str, str]
    parties: dict[str, Run]
    in_hand: dict[str, PhoneCall]

    def do_simulated(self, wanted: dict[str, str]) -> None:
        for name, options in wanted.items():
            call = expect.call(self._house, self.number[name])
            at = call.started_at.isoformat()
            said = self._house.run("simulate", "--real", "--json", "--at", at, *options.split())
            meant = [(one["destination"], one["reasons"]) for one in json.loads(said)["decisions"]]
            found = partial(self._decided, call.call_id)
            until(lambda found=found, meant=meant: len(found()) >= len(meant), PATIENCE_SECONDS, f"{meant}")
            assert found() == meant, f"{found()} and not {meant}"

    def do_told_why(self, number: str) -> None:
        ear = self.in_hand[number].ear

        def told() -> bool:
            heard = g711.decode(bytes(ear().sound), ear().law)
            return any(window.level_db > SPEECH_DB for window in audio.windows(heard, []))

        until(told, PATIENCE_SECONDS, f"{number} is told")

    def do_never_came(self, names: list[str]) -> None:
        for name in names:
            done = self.parties[name].wait(PATIENCE_SECONDS)
            assert (done.ok, done.failed) == (1, 0), f"{name}: {done.causes} {done.errors}"
            number = self.number.pop(name)
            assert not self._house.ledger(eventtype="CHAN_START", caller=number)

    def _decided(self, call_id: str) -> list[tuple[str, Any]]:
        rows = self._house.rows(Decision, call_id=call_id)
        return [(row.destination, row.reasons) for row in sorted(rows, key=lambda row: (row.at, row.number))]
