"""What calls in hand leave: who talked how long, the audit log, and every second of talk in some file, once.

``kinds``    how many legs there are of each kind; wires are not counted
``audited``  rows of the audit log of the call, in order, each as the columns that matter
"""

from __future__ import annotations

from array import array
from collections import Counter
from typing import Any

from lab import audio
from schema.calls import Call, Leg, Recording
from schema.config import Audit
from tests.e2e.house import House
from tests.e2e.until import until

SETTLE_SECONDS = 20.0
NEAR_SECONDS = 0.5
PRESENT = 0.15
"""A tone is heard, also among three, when it has this share of the power."""


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


def credited(house: House, call_id: str, agent: str, heard: float, near: float) -> None:
    """The agent's seconds of talk are those that the caller has heard of them."""

    def talked() -> float:
        legs = [leg for leg in house.rows(Leg, call_id=call_id) if agent in (leg.agent, leg.endpoint)]
        return sum(leg.talk_ms for leg in legs if leg.kind != "caller") / 1000

    try:
        until(lambda: abs(talked() - heard) <= near, SETTLE_SECONDS, "the right seconds of talk")
    except AssertionError:
        raise AssertionError(f"{agent} was heard {heard:.2f} s, credited with {talked():.2f} s") from None


def held(house: House, call_id: str, agent: str) -> float:
    """Seconds during which the caller heard music in place of the agent."""
    return sum(leg.hold_ms for leg in house.rows(Leg, call_id=call_id, agent=agent)) / 1000


def recorded(house: House, call_id: str, hz: float, heard: float, held: float, near: float) -> None:
    """What the caller heard of a tone is on the agents' side of the call's files, once; what was said on hold may."""

    def seconds() -> float:
        rows = [row for row in house.rows(Recording, call_id=call_id) if row.state in ("ready", "truncated")]
        files = [house.app.settings.recordings / row.path for row in rows]
        return sum(sounding(audio.read_wav(file).channels[1], hz) for file in files)

    try:
        until(
            lambda: heard - near <= seconds() <= heard + held + near,
            SETTLE_SECONDS,
            "the right seconds in files",
        )
    except AssertionError:
        raise AssertionError(f"{hz} Hz was heard {heard:.2f} s, recorded {seconds():.2f} s") from None


def sounding(heard: array[int], hz: float) -> float:
    """Seconds with the tone in them, also where others sound."""
    return len(windows_with(heard, hz)) * audio.WINDOW_SECONDS


def windows_with(heard: array[int], hz: float) -> list[int]:
    """Where each 20 ms with the tone begins, in samples."""
    size = round(audio.WINDOW_SECONDS * audio.RATE)
    starts = range(0, len(heard) - size, size)
    return [at for at in starts if is_in(heard[at : at + size], hz)]


def is_in(part: array[int], hz: float) -> bool:
    """Whether the tone has a part in the sound."""
    return audio.level_db(part) > audio.QUIET_DB and audio.share(part, hz) > PRESENT


SPECIAL = {
    "kinds": _kinds,
    "audited": _audited,
}
