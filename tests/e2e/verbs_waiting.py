"""What a case of waiting does beside the rest.

``waits: {NAME: position}``   wait until the caller has this place in their queue
``recounted: QUEUE``          a recount of the ledger says the same as the visits
``figures: {QUEUE: {…}}``     today's statistics of a queue, as far as named
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tests.e2e.until import until

if TYPE_CHECKING:
    from tests.e2e.house import House

PATIENCE_SECONDS = 30.0


class WaitingVerbs:
    """Mixed into the stage."""

    _house: House
    number: dict[str, str]

    def do_waits(self, wanted: dict[str, int]) -> None:
        for name, position in wanted.items():
            look = lambda: self._place(self.number[name]) == position  # noqa: E731, B023
            until(look, PATIENCE_SECONDS, f"{name} at place {position}")

    def do_recounted(self, queue: str) -> None:
        said = self._house.run("queues", "recount", "--queue", queue)
        assert said.startswith("equal: "), said
        assert "equal: 0 " not in said

    def do_figures(self, wanted: dict[str, dict[str, Any]]) -> None:
        for queue, figures in wanted.items():

            def same(queue: str = queue, figures: dict[str, Any] = figures) -> bool:
                (row,) = json.loads(self._house.run("queues", "stats", "--queue", queue, "--json")) or [{}]
                return figures.items() <= row.items()

            until(same, PATIENCE_SECONDS, f"{queue} has {figures}")

    def _place(self, number: str) -> int | None:
        queues = json.loads(self._house.run("queues", "status", "--json"))
        places = {one["caller"]: one["position"] for queue in queues for one in queue["callers"]}
        return places.get(number)
