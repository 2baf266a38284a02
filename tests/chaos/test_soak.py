"""Thousands of calls, and what every process holds afterwards."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ami import legs, steady
from callcenter.journey.book import KEEP_NAMES
from lab import processes
from tests.chaos.conftest import ChaosHouse
from tests.chaos.load import load, nothing_lost, reconcile
from tests.chaos.results import Row
from tests.chaos.size import scaled

RATE = 8.0
NAMES_A_CALL = 5
"""At least: caller's and agent's channels by name and uniqueid, and a bridge."""
WARM = 1000 + max(KEEP_NAMES // NAMES_A_CALL, steady.CALLS, legs.REMEMBERED)
"""So many calls first: the listener keeps the last of them, and names of more; what is loaded once is no leak."""
MOST_MORE = 0.05
OURS = ("asterisk", "agi", "ami", "worker")


@pytest.mark.usefixtures("phones")
@pytest.mark.req("OPS-1")
def test_12_memory_and_descriptors_after_many_calls(quiet_house: ChaosHouse, row: Callable[..., Row]) -> None:
    calls = scaled(10_000, 500)
    mine = row(
        "many calls", "memory and descriptors within 5 % of the start, 0 lost", f"{RATE:g}/s behind {WARM}"
    )
    with load(quiet_house, WARM, RATE) as placed:
        placed.over()
    reconcile(quiet_house, mine, placed, {})
    before = held(quiet_house)
    with load(quiet_house, calls, RATE) as placed:
        wrong = placed.over()
    reconcile(quiet_house, mine, placed, wrong)
    after = held(quiet_house)
    for name in OURS:
        (memory, files), (more, open_files) = before[name], after[name]
        mine.also[name] = f"{memory >> 20} → {more >> 20} MB, {files} → {open_files} descriptors"
    nothing_lost(mine)
    for name in OURS:
        assert all(
            now <= then * (1 + MOST_MORE) + 1 for then, now in zip(before[name], after[name], strict=True)
        )


def held(house: ChaosHouse) -> dict[str, tuple[int, int]]:
    """By name: bytes of memory and open descriptors."""
    pids = {
        "asterisk": house.asterisk.pid,
        "agi": house.agi.pid,
        "ami": house.ami.pid,
        "worker": house.worker.pid,
    }
    return {
        name: (processes.resident_bytes(pid), processes.open_files(pid)) for name, pid in pids.items() if pid
    }
