"""What a case of waiting does beside the rest.

``waits: {NAME: position}``   wait until the caller has this place in their queue
``told: NAME``                wait until the caller hears the long welcome
``call_answered: {AGENT: n}`` wait until this agent's n-th call is answered
``cut_short: NAME``           the caller has not heard the long welcome to its end
``recounted: QUEUE``          a recount of the ledger says the same as the visits
``figures: {QUEUE: {…}}``     today's statistics of a queue, as far as named
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from lab import audio, g711
from tests.e2e.site_waiting import LONG_SECONDS, WELCOME_HZ
from tests.e2e.until import until

if TYPE_CHECKING:
    from lab.sipp_run import Run
    from tests.e2e.house import House

PATIENCE_SECONDS = 30.0
HEARD_SECONDS = 0.4


class WaitingVerbs:
    """Mixed into the stage."""

    _house: House
    number: dict[str, str]
    parties: dict[str, Run]

    def do_waits(self, wanted: dict[str, int]) -> None:
        for name, position in wanted.items():
            look = lambda: self._place(self.number[name]) == position  # noqa: E731, B023
            until(look, PATIENCE_SECONDS, f"{name} at place {position}")

    def do_told(self, name: str) -> None:
        until(lambda: self._welcome(name) > HEARD_SECONDS, PATIENCE_SECONDS, f"{name} hears the welcome")

    def do_call_answered(self, wanted: dict[str, int]) -> None:
        for agent, count in wanted.items():
            phone = self.parties[agent]
            until(lambda: len(phone.events("answered")) >= count, PATIENCE_SECONDS, f"{agent} answers")  # noqa: B023

    def do_cut_short(self, name: str) -> None:
        heard = self._welcome(name)
        assert HEARD_SECONDS < heard < LONG_SECONDS - HEARD_SECONDS, f"{heard:.2f} s of the welcome"

    def _welcome(self, name: str) -> float:
        ear = self.parties[name].ear()
        return audio.seconds_of(g711.decode(bytes(ear.sound), ear.law), WELCOME_HZ)

    def do_recounted(self, queue: str) -> None:
        said = self._house.run("queues", "recount", "--queue", queue)
        assert said.startswith("equal: "), said
        assert "equal: 0 " not in said

    def do_figures(self, wanted: dict[str, dict[str, Any]]) -> None:
        for queue, figures in wanted.items():

            def same(queue: str = queue, figures: dict[str, Any] = figures) -> bool:
                (row,) = _rows(self._house.run("queues", "stats", "--queue", queue, "--json")) or [{}]
                return figures.items() <= row.items()

            until(same, PATIENCE_SECONDS, f"{queue} has {figures}")

    def _place(self, number: str) -> int | None:
        queues = _rows(self._house.run("queues", "status", "--json"))
        places = {one["caller"]: one["position"] for queue in queues for one in queue["callers"]}
        return places.get(number)


def _rows(said: str) -> list[dict[str, Any]]:
    """The JSON list of a command, which may have log lines around it."""
    list_begins = re.search(r"^\[\]?$", said, re.MULTILINE)
    assert list_begins, said
    rows: list[dict[str, Any]] = json.JSONDecoder().raw_decode(said, list_begins.start())[0]
    return rows
