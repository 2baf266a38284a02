"""Thousands of calls, and what every process holds afterwards."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest

from lab import processes
from lab.loadtest.watch import TOOL, descendants
from tests.chaos.conftest import ChaosHouse
from tests.chaos.load import load, nothing_lost, reconcile
from tests.chaos.results import Row
from tests.chaos.size import scaled

RATE = 5.0
WARM = 0.05
"""This share of the calls first: what a process loads once is no leak."""
MOST_MORE = 0.05
OURS = ("asterisk", "agi", "ami")


@pytest.mark.usefixtures("phones")
@pytest.mark.req("OPS-1")
def test_12_memory_and_descriptors_after_many_calls(quiet_house: ChaosHouse, row: Callable[..., Row]) -> None:
    calls = scaled(10_000, 200)
    mine = row("many calls", "memory and descriptors within 5 % of the start, 0 lost", f"{RATE:g}/s")
    with load(quiet_house, max(60, round(WARM * calls)), RATE) as placed:
        placed.over()
    reconcile(quiet_house, mine, placed, {})
    before = held()
    with load(quiet_house, calls, RATE) as placed:
        wrong = placed.over()
    reconcile(quiet_house, mine, placed, wrong)
    after = held()
    for name in OURS:
        (memory, files), (more, open_files) = before[name], after[name]
        mine.also[name] = f"{memory >> 20} → {more >> 20} MB, {files} → {open_files} descriptors"
    nothing_lost(mine)
    for name in OURS:
        assert all(
            now <= then * (1 + MOST_MORE) + 1 for then, now in zip(before[name], after[name], strict=True)
        )


def held() -> dict[str, tuple[int, int]]:
    """By name: bytes of memory and open descriptors."""
    found = descendants(os.getpid())
    return {
        name: (sum(map(processes.resident_bytes, pids)), sum(map(processes.open_files, pids)))
        for name, pids in found.items()
        if name != TOOL
    }
