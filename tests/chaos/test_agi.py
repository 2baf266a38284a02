"""FastAGI is killed and frozen, again and again, in the middle of a load."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.chaos.conftest import ChaosHouse
from tests.chaos.load import load, nothing_lost, reconcile, timed
from tests.chaos.results import Row
from tests.chaos.size import scaled

RATE = 5.0


@pytest.mark.usefixtures("phones")
@pytest.mark.req("OPS-1")
def test_01_fastagi_killed_and_frozen(quiet_house: ChaosHouse, row: Callable[..., Row]) -> None:
    calls, times = scaled(1000, 60), scaled(10, 2)
    mine = row(
        "FastAGI killed and frozen during a load", "0 lost", f"killed ×{times}, frozen ×{times}, {RATE:g}/s"
    )
    with load(quiet_house, calls, RATE) as placed:
        for number in range(2 * times):
            placed.reached((number + 0.5) / (2 * times))
            mine.recovered(_break(quiet_house, freeze=bool(number % 2)))
        wrong = placed.over()
    reconcile(quiet_house, mine, placed, wrong)
    nothing_lost(mine, fastagi_away=True)


def _break(house: ChaosHouse, *, freeze: bool) -> float:
    """Kill it, or freeze it and let its watch end it; start it again. How long it was away."""

    def there_again() -> bool:
        if freeze:
            house.agi.freeze()
            timed(lambda: not house.agi.is_running, "its watch has ended FastAGI")
        else:
            house.agi.kill()
        house.start_agi()
        return True

    return timed(there_again, "FastAGI is back")
