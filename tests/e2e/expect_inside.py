"""What cases of calls from seats look at besides: see ``tests/e2e/expect.py``.

``because``  words of the decisions' reasons, in order, where others may lie between
``leg_kinds``    of the call's legs
``parties``  endpoints of the legs that talked, the caller's first
"""

from __future__ import annotations

from schema.calls import Call, Leg
from schema.routing import Decision
from tests.e2e.house import House
from tests.e2e.until import until

SETTLE_SECONDS = 20.0


def because(house: House, call: Call, wanted: list[str]) -> None:
    def told() -> list[str]:
        rows = sorted(house.rows(Decision, call_id=call.call_id), key=lambda row: (row.at, row.number))
        return [reason for row in rows for reason in row.reasons]

    def given() -> bool:
        told_now = iter(told())
        return all(any(words in reason for reason in told_now) for words in wanted)

    try:
        until(given, SETTLE_SECONDS, f"reasons {wanted}")
    except AssertionError:
        raise AssertionError(f"wanted {wanted}, found {told()}") from None


def parties(house: House, call: Call, wanted: list[str]) -> None:
    def talked() -> bool:
        legs = sorted(house.rows(Leg, call_id=call.call_id), key=lambda leg: leg.started_at)
        return [leg.endpoint for leg in legs if leg.talk_ms] == wanted

    until(talked, SETTLE_SECONDS, f"talk of {wanted}")


def leg_kinds(house: House, call: Call, wanted: list[str]) -> None:
    legs = sorted(house.rows(Leg, call_id=call.call_id), key=lambda leg: leg.started_at)
    assert [leg.kind for leg in legs] == wanted


EXPECT = {"because": because, "parties": parties, "leg_kinds": leg_kinds}
