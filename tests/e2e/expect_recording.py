"""What must be found of a call's recording, besides its row.

``drawn: percent``  it is recorded exactly if the number the call drew is below
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from callcenter.recording_policy import draw
from schema.calls import Call, Recording
from tests.e2e.house import House
from tests.e2e.until import until

SETTLE_SECONDS = 20.0


def _row(house: House, call: Call, *states: str) -> Recording:
    def found() -> list[Recording]:
        return [row for row in house.rows(Recording, call_id=call.call_id) if row.state in states]

    rows: list[Recording] = until(found, SETTLE_SECONDS, f"a recording of {call.call_id} that is {states}")
    return rows[0]


def _drawn(house: House, call: Call, percent: int) -> None:
    row = _row(house, call, "ready" if draw(call.call_id) < percent else "not_recorded")
    assert (row.path is None) is (draw(call.call_id) >= percent)
    assert row.path is not None or f"drew {draw(call.call_id)}" in str(row.reason)


SPECIAL: dict[str, Callable[[House, Call, Any], None]] = {"drawn": _drawn}
