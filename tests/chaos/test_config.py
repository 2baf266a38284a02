"""``hotline apply`` is killed at every step: what is live is wholly the old or wholly the new."""

from __future__ import annotations

import signal
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
LOOK_SECONDS = 0.002


@pytest.mark.usefixtures("phones")
@pytest.mark.req("OPS-1")
def test_11_apply_killed_at_each_step(quiet_house: ChaosHouse, row: Callable[..., Row]) -> None:
    """The moments lie evenly over the time that an apply takes here; each third is that of the swap."""
    kills = scaled(30, 6)
    mine = row(
        "`apply` killed (-9) at each step during a load",
        "live: wholly old or new; the next apply works",
        f"×{kills}, {RATE:g}/s",
    )
    took = _apply(quiet_house, "open", lambda _: False)
    calls = round(RATE * kills * (took + 6))
    seen = {"old": 0, "new": 0}
    with load(quiet_house, calls, RATE) as placed:
        for number in range(kills):
            twin = ("closed", "open")[number % 2]
            before = live(quiet_house)
            _apply(
                quiet_house, twin, _swapped(quiet_house) if number % 3 == 2 else _after(took, number / kills)
            )
            now = live(quiet_house)
            assert whole(quiet_house) == [], f"kill {number}"
            seen["old" if now == before else "new"] += 1
            mine.recovered(timed(lambda: quiet_house.run("apply") is not None, "the next apply works"))
        wrong = placed.over()
    quiet_house.publish(site())
    reconcile(quiet_house, mine, placed, wrong)
    mine.also |= {"an apply takes": f"{took:.1f} s", "left on": f"old ×{seen['old']}, new ×{seen['new']}"}
    nothing_lost(mine)
    assert all(seen.values())


def _after(took: float, share: float) -> Callable[[float], bool]:
    """When so much of its time is over."""
    return lambda passed: passed >= FIRST_SECONDS + (took - FIRST_SECONDS) * share


def _swapped(house: ChaosHouse) -> Callable[[float], bool]:
    """As soon as the new files are live, of which Asterisk has not been told."""
    before = live(house)
    return lambda _: live(house) != before


def _apply(house: ChaosHouse, twin: str, is_killed: Callable[[float], bool]) -> float:
    house.load(site(twin=twin))
    began = time.monotonic()
    command = house.begin("apply")
    while command.poll() is None and not is_killed(time.monotonic() - began):
        time.sleep(LOOK_SECONDS)
    if command.poll() is None:
        command.kill()
    said, _ = command.communicate()
    assert command.returncode in (0, -signal.SIGKILL), said
    return time.monotonic() - began


def live(house: ChaosHouse) -> str:
    """The version that Asterisk's files lead to."""
    return Path(house.app.settings.etc / "hotline.d").resolve().name


def whole(house: ChaosHouse) -> list[str]:
    """Files of the live version that are not as they were rendered."""
    return Versions(house.app.settings.etc).edited(int(live(house)))
