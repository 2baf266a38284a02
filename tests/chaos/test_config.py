"""``hotline apply`` is killed at every step: what is live is wholly the old or wholly the new."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from dialplan_templates.versions import Versions
from tests.chaos.conftest import ChaosHouse
from tests.chaos.load import load, nothing_lost, reconcile, timed
from tests.chaos.results import Row
from tests.chaos.size import scaled
from tests.e2e.telephony_site import site

RATE = 3.0
FIRST_SECONDS = 0.4


@pytest.mark.usefixtures("phones")
@pytest.mark.req("OPS-1")
def test_11_apply_killed_at_each_step(quiet_house: ChaosHouse, row: Callable[..., Row]) -> None:
    """The moments lie evenly over the time that an apply takes here, which is measured first."""
    kills = scaled(30, 6)
    mine = row(
        "`apply` killed (-9) at each step during a load",
        "live: wholly old or new; the next apply works",
        f"×{kills}, {RATE:g}/s",
    )
    took = _apply(quiet_house, "open", None)
    calls = round(RATE * kills * (took + 6))
    seen = {"old": 0, "new": 0}
    with load(quiet_house, calls, RATE) as placed:
        for number in range(kills):
            twin = ("closed", "open")[number % 2]
            before = live(quiet_house)
            _apply(quiet_house, twin, FIRST_SECONDS + (took - FIRST_SECONDS) * number / kills)
            now = live(quiet_house)
            assert whole(quiet_house) == [], f"kill {number}"
            seen["old" if now == before else "new"] += 1
            mine.recovered(timed(lambda: quiet_house.run("apply") is not None, "the next apply works"))
        wrong = placed.over()
    quiet_house.publish(site())
    reconcile(quiet_house, mine, placed, wrong)
    mine.also |= {"an apply takes": f"{took:.1f} s", "left on": f"old ×{seen['old']}, new ×{seen['new']}"}
    nothing_lost(mine)


def _apply(house: ChaosHouse, twin: str, killed_after: float | None) -> float:
    house.load(site(twin=twin))
    began = time.monotonic()
    command = house.begin("apply")
    try:
        command.communicate(timeout=killed_after)
        assert command.returncode == 0
    except subprocess.TimeoutExpired:
        command.kill()
        command.communicate()
    return time.monotonic() - began


def live(house: ChaosHouse) -> str:
    """The version that Asterisk's files lead to."""
    return Path(house.app.settings.etc / "hotline.d").resolve().name


def whole(house: ChaosHouse) -> list[str]:
    """Files of the live version that are not as they were rendered."""
    return Versions(house.app.settings.etc).edited(int(live(house)))
