"""The line between listener and Asterisk is cut, falls silent, and carries more than it should."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from lab import processes
from schema.calls import Gap
from tests.chaos.conftest import ChaosHouse
from tests.chaos.load import all_agents_can_be_rung, load, nothing_lost, reconcile, timed
from tests.chaos.results import Row
from tests.chaos.size import scaled

RATE = 5.0
SILENT_SECONDS = 60
NOTICED_SECONDS, EQUAL_SECONDS = 15.0, 5.0
STORM, STORM_CALLS = 60_000, 2_500
"""A call that is queued, recorded and surveyed makes about 24 events that are listened to."""
STORM_SECONDS, MOST_MEMORY = 2.0, 100 << 20
EVENT = (
    "Event: Newstate\r\nPrivilege: call,all\r\nTimestamp: {at:.6f}\r\nChannel: PJSIP/storm-{number:08x}\r\n"
    "ChannelState: 6\r\nChannelStateDesc: Up\r\nCallerIDNum: 139\r\nCallerIDName: \r\nConnectedLineNum: \r\n"
    "ConnectedLineName: \r\nLanguage: zh\r\nAccountCode: \r\nContext: hotline_in\r\nExten: s\r\nPriority: 1\r\n"
    "Uniqueid: e2e-{second}.{number}\r\nLinkedid: e2e-{second}.{number}\r\n\r\n"
)


def gaps(house: ChaosHouse) -> int:
    return len(house.rows(Gap, source="ami"))


@pytest.mark.usefixtures("phones")
@pytest.mark.req("OPS-1")
def test_02_manager_line_cut(quiet_house: ChaosHouse, row: Callable[..., Row]) -> None:
    calls, times = scaled(400, 40), scaled(20, 4)
    mine = row("manager line reset during a load", "0 lost, each gap written down", f"×{times}, {RATE:g}/s")
    before = gaps(quiet_house)
    with load(quiet_house, calls, RATE) as placed:
        for number in range(times):
            placed.reached((number + 0.5) / times)
            quiet_house.line.cut()
            told = before + number + 1
            mine.recovered(timed(lambda: gaps(quiet_house) >= told, "the gap is written down"))  # noqa: B023
        wrong = placed.over()
    reconcile(quiet_house, mine, placed, wrong)
    mine.also["gaps"] = str(gaps(quiet_house) - before)
    nothing_lost(mine)


@pytest.mark.usefixtures("phones")
@pytest.mark.req("OPS-1")
def test_03_manager_line_silent(quiet_house: ChaosHouse, row: Callable[..., Row]) -> None:
    times, silent = scaled(5, 1), scaled(SILENT_SECONDS, 20)
    calls = round(RATE * (silent + 10) * times)
    mine = row(
        "manager line drops everything, silently",
        f"noticed within {NOTICED_SECONDS:g} s, state equal {EQUAL_SECONDS:g} s after it is back",
        f"×{times} for {silent} s, {RATE:g}/s",
    )
    noticed = equal = 0.0
    with load(quiet_house, calls, RATE) as placed:
        for number in range(times):
            placed.reached((number + 0.1) / times)
            log, before = quiet_house.ami.log.stat().st_size, gaps(quiet_house)
            quiet_house.line.fall_silent()
            began = time.monotonic()
            noticed = max(noticed, timed(lambda: quiet_house.ami.logged("ami.down", log), "noticed"))  # noqa: B023
            timed(lambda: time.monotonic() - began >= silent, "it lasts", 2.0 * silent)  # noqa: B023
            quiet_house.line.speak()
            equal = max(equal, timed(lambda: gaps(quiet_house) > before, "compared again"))  # noqa: B023
        wrong = placed.over()
    reconcile(quiet_house, mine, placed, wrong)
    mine.recovered(equal)
    mine.also |= {"noticed": f"{noticed:.1f} s"}
    nothing_lost(mine)
    assert noticed <= NOTICED_SECONDS
    assert equal <= EQUAL_SECONDS


@pytest.mark.usefixtures("phones")
@pytest.mark.req("OPS-1")
def test_04_storm_of_events(quiet_house: ChaosHouse, row: Callable[..., Row]) -> None:
    calls = scaled(200, 30)
    mine = row(
        "60,000 events within 2 s during a load",
        "0 disconnects, memory +100 MB at most",
        f"{STORM} events of {STORM_CALLS} calls, {RATE:g}/s",
    )
    pid, connections = quiet_house.ami.pid, quiet_house.line.connections
    now = time.time()
    storm = [
        EVENT.format(at=now + number / 1e6, number=number % STORM_CALLS, second=int(now)).encode()
        for number in range(STORM)
    ]
    with load(quiet_house, calls, RATE) as placed:
        placed.reached(0.3)
        before = processes.resident_bytes(pid)
        began = time.monotonic()
        for first in range(0, STORM, 1000):
            quiet_house.line.say(b"".join(storm[first : first + 1000]))
        sent = time.monotonic() - began
        wrong = placed.over()
    reconcile(quiet_house, mine, placed, wrong)
    more = processes.resident_bytes(pid) - before
    mine.also |= {"taken within": f"{sent:.1f} s", "memory": f"+{more >> 20} MB"}
    nothing_lost(mine)
    assert quiet_house.line.connections == connections
    assert more <= MOST_MEMORY
    assert all_agents_can_be_rung(quiet_house)
