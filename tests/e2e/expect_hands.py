"""What calls in hand leave: who talked how long, the audit log, and every second of talk in some file, once.

``talked``   agent: seconds of talk, within half a second
``held``     agent: seconds on hold, within half a second
``kinds``    how many legs there are of each kind; wires are not counted
``audited``  rows of the audit log of the call, in order, each as the columns that matter
``heard``    tone in hertz: seconds in the recordings' right sides (the agents'), within half a second
"""

from __future__ import annotations

from collections import Counter
from functools import partial
from typing import Any

from lab import audio
from schema.calls import Call, Leg, Recording
from schema.config import Audit
from tests.e2e.house import House
from tests.e2e.until import until

SETTLE_SECONDS = 20.0
NEAR_SECONDS = 0.5


def _credited(column: str, house: House, call: Call, wanted: dict[str, float]) -> None:
    def seconds() -> dict[str, float]:
        found: Counter[str] = Counter()
        for leg in house.rows(Leg, call_id=call.call_id):
            if leg.kind != "caller" and getattr(leg, column):
                found[leg.agent or leg.endpoint or leg.kind] += getattr(leg, column) / 1000
        return dict(found)

    def near() -> bool:
        found = seconds()
        return found.keys() == wanted.keys() and all(
            abs(found[who] - wanted[who]) <= NEAR_SECONDS for who in wanted
        )

    try:
        until(near, SETTLE_SECONDS, f"{column} {wanted}")
    except AssertionError:
        raise AssertionError(f"{column}: wanted {wanted}, found {seconds()}") from None


def _kinds(house: House, call: Call, wanted: dict[str, int]) -> None:
    def same() -> bool:
        legs = house.rows(Leg, call_id=call.call_id)
        return Counter(leg.kind for leg in legs if leg.kind != "local") == wanted

    until(same, SETTLE_SECONDS, f"legs {wanted}")


def _audited(house: House, call: Call, wanted: list[dict[str, Any]]) -> None:
    rows = [
        {"by": row.by, "deed": row.action, **row.detail} for row in house.rows(Audit, subject=call.call_id)
    ]
    found = [row for row in rows if row["outcome"] != "begun"]
    assert [{key: row[key] for key in want} for row, want in zip(found, wanted, strict=True)] == wanted


def _heard(house: House, call: Call, wanted: dict[float, float]) -> None:
    def whole() -> bool:
        rows = house.rows(Recording, call_id=call.call_id)
        return bool(rows) and all(row.state in ("ready", "truncated") for row in rows)

    until(whole, SETTLE_SECONDS, "recordings of the call")
    found = {hz: _seconds_in_files(house, call, hz) for hz in wanted}
    assert all(abs(found[hz] - wanted[hz]) <= NEAR_SECONDS for hz in wanted), f"recorded: {found}"


def _seconds_in_files(house: House, call: Call, hz: float) -> float:
    """In all files of the call together, on the agents' side: twice recorded counts twice."""
    files = [house.app.settings.recordings / row.path for row in house.rows(Recording, call_id=call.call_id)]
    return sum(audio.seconds_of(audio.read_wav(file).channels[1], hz) for file in files)


SPECIAL = {
    "talked": partial(_credited, "talk_ms"),
    "held": partial(_credited, "hold_ms"),
    "kinds": _kinds,
    "audited": _audited,
    "heard": _heard,
}
