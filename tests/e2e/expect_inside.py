"""What cases of calls from seats look at besides: see ``tests/e2e/expect.py``.

``reasons``  words of the decisions' reasons, in order, where others may lie between
``parties``  endpoints of the legs that talked, the caller's first
"""

from __future__ import annotations

from schema.calls import Call, Leg, Step
from tests.e2e.house import House
from tests.e2e.until import until

SETTLE_SECONDS = 20.0


def reasons(house: House, call: Call, wanted: list[str]) -> None:
    def given() -> bool:
        told = iter([row.reason for row in house.rows(Step, call_id=call.call_id)])
        return all(any(words in reason for reason in told) for words in wanted)

    try:
        until(given, SETTLE_SECONDS, f"reasons {wanted}")
    except AssertionError:
        found = [row.reason for row in house.rows(Step, call_id=call.call_id)]
        raise AssertionError(f"wanted {wanted}, found {found}") from None


def parties(house: House, call: Call, wanted: list[str]) -> None:
    def talked() -> bool:
        legs = sorted(house.rows(Leg, call_id=call.call_id), key=lambda leg: leg.started_at)
        return [leg.endpoint for leg in legs if leg.talk_ms] == wanted

    until(talked, SETTLE_SECONDS, f"talk of {wanted}")


EXPECT = {"reasons": reasons, "parties": parties}
