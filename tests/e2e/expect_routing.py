"""What a call's decisions must have left."""

from __future__ import annotations

from schema.calls import Call
from schema.routing import Decision
from tests.e2e.house import House
from tests.e2e.until import until

SETTLE_SECONDS = 20.0


def routed(house: House, call: Call, wanted: list[str]) -> None:
    """The last decision's reasons in order, then its destination: pieces of their texts."""

    def given() -> list[str]:
        rows = house.rows(Decision, call_id=call.call_id)
        return [*rows[-1].reasons, rows[-1].destination] if rows else []

    def same() -> bool:
        found = given()
        return len(found) == len(wanted) and all(
            piece in text for piece, text in zip(wanted, found, strict=True)
        )

    try:
        until(same, SETTLE_SECONDS, "its last decision")
    except AssertionError:
        raise AssertionError(f"wanted {wanted}, found {given()}") from None
