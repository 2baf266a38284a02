"""The disk of the recordings is full in the middle of a load."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from recordings.policy import DISK
from schema.calls import Call, Gap, Recording
from tests.chaos.conftest import ChaosHouse
from tests.chaos.load import ends, left, load, none_open, nothing_lost, timed
from tests.chaos.results import Row
from tests.chaos.size import scaled
from tests.e2e.crowd import PLAYABLE, books
from tests.e2e.small_disk import SmallDisk

RATE = 5.0
SIZE = 64 << 20
ALARM_SECONDS = 10.0
FULL_SECONDS = 30


@pytest.mark.usefixtures("phones")
@pytest.mark.req("OPS-1", "REC-4")
def test_16_disk_full(quiet_house: ChaosHouse, row: Callable[..., Row]) -> None:
    seconds = scaled(FULL_SECONDS, 10)
    calls = round(RATE * (seconds + 20))
    mine = row(
        "disk of the recordings full during a load",
        f"0 calls lost, alarm within {ALARM_SECONDS:g} s, no sound claimed that is not there",
        f"{seconds} s, {RATE:g}/s",
    )
    with SmallDisk(quiet_house.app.settings.recordings, SIZE) as disk:
        with load(quiet_house, calls, RATE) as placed:
            placed.reached(0.2)
            disk.fill()
            began = time.monotonic()
            alarm = timed(lambda: full(quiet_house), "the alarm")
            timed(lambda: time.monotonic() - began >= seconds, "it lasts", 2.0 * seconds)
            disk.free()
            mine.recovered(timed(lambda: not full(quiet_house), "the alarm is over"))
            wrong = placed.over()
        timed(none_open(quiet_house, placed.number), "all calls are closed")
        timed(lambda: told_of(quiet_house, placed.number) == calls, "each talk has its row")
        found = books(quiet_house, placed.number)
        false = claims(quiet_house, placed.number)
        mine.also = {"alarm after": f"{alarm:.1f} s", "ends": str(ends(quiet_house, placed.number))}
    mine.calls, mine.left = calls, left(quiet_house)
    mine.lost = sum(wrong.values()) + max(
        calls - each for each in (found.calls, found.closed, found.ended_in_ledger, found.served, found.talks)
    )
    nothing_lost(mine)
    assert alarm <= ALARM_SECONDS
    assert false == []
    assert found.recordings < calls, "the disk was never full"


def full(house: ChaosHouse) -> list[Gap]:
    return [gap for gap in house.rows(Gap, source=DISK) if gap.ended_at is None]


def of_load(house: ChaosHouse, number: str) -> list[Recording]:
    ids = {call.call_id for call in house.rows(Call, caller=number)}
    return [one for one in house.rows(Recording) if one.call_id in ids]


def told_of(house: ChaosHouse, number: str) -> int:
    return len(of_load(house, number))


def claims(house: ChaosHouse, number: str) -> list[str]:
    """Recordings that are called whole and are not, or whose row does not say why they are not."""
    folder = house.app.settings.recordings
    found = []
    for one in of_load(house, number):
        there = one.path is not None and (folder / one.path).is_file()
        if (one.state in PLAYABLE and not there) or (one.state != "ready" and not one.reason):
            found.append(f"{one.call_id}: {one.state}, {one.reason}")
    return found
