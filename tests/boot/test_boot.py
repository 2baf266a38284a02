"""Under a systemd that has really booted: what the guide tells to type works, and units do what they are for."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable

import pytest

from tests.boot.house import House
from tests.docker.balance import check
from tests.e2e.until import until
from tests.ops.test_systemd import MOST_EXPOSED

pytestmark = [pytest.mark.slow, pytest.mark.req("OPS-1")]
Measured = Callable[[str, float], None]
AGI, LISTENER = "hotline-agi@1.service", "hotline-ami.service"
FROZEN_SECONDS = 60.0


@pytest.fixture(autouse=True)
def all_well(house: House) -> None:
    """Every unit is at work before each test."""
    until(house.is_up, 60.0, "every unit at work")


def failed(house: House) -> str:
    return house.machine.does("systemctl", "--failed", "--plain", "--no-legend")


def states(house: House) -> set[str]:
    """In which states the target's units are."""
    return {house.shown(unit, "ActiveState") for unit in house.units}


def lines(house: House, unit: str) -> list[str]:
    """What the journal has of a unit."""
    return house.machine.does("journalctl", "-o", "cat", "-u", unit).splitlines()


def test_the_guide_brings_every_unit_up_and_none_fails(house: House) -> None:
    assert failed(house) == ""
    assert house.machine.does("systemctl", "is-system-running").strip() == "running"
    for unit in (*house.units, "hotline.target", "hotline-backup.timer"):
        assert house.shown(unit, "ActiveState") == "active", unit
    assert "wrong" not in house.machine.does("hotline", "doctor")


def test_a_call_is_answered_and_kept(house: House) -> None:
    house.call("13912350001")
    check(house.books(), house.served)


@pytest.mark.parametrize("unit", [AGI, LISTENER])
def test_a_killed_process_is_started_again(house: House, unit: str, measured: Measured) -> None:
    measured(f"{unit} at work after kill -9", house.restarts(unit, deed="KILL"))


def test_calls_are_kept_after_both_were_killed(house: House) -> None:
    house.call("13912350002")
    check(house.books(), house.served)


@pytest.mark.parametrize("unit", [AGI, LISTENER])
def test_a_frozen_process_is_killed_and_started_again(house: House, unit: str, measured: Measured) -> None:
    seconds = house.restarts(unit, deed="STOP")
    measured(f"{unit} at work after SIGSTOP", seconds)
    assert seconds < FROZEN_SECONDS


def test_everything_is_stopped_and_started_by_the_target(house: House, measured: Measured) -> None:
    began = time.monotonic()
    house.machine.does("systemctl", "stop", "hotline.target")
    until(lambda: states(house) == {"inactive"}, 60.0, "every unit has stopped")
    measured("stop of the target", time.monotonic() - began)
    assert failed(house) == ""
    house.machine.does("systemctl", "start", "hotline.target")
    until(house.is_up, 60.0, "every unit at work")


def test_the_timer_saves_the_installation(house: House) -> None:
    [timer] = json.loads(house.machine.does("systemctl", "list-timers", "hotline-backup.timer", "-o", "json"))
    assert timer["activates"] == "hotline-backup.service"
    assert timer["next"]
    house.machine.does("systemctl", "start", "hotline-backup.service")
    [saved] = house.machine.does("ls", "-l", "/var/backups/hotline").splitlines()[1:]
    assert re.match(r"-rw------- 1 hotline hotline [1-9]", saved)
    assert house.shown("hotline-backup.service", "Result") == "success"


def test_the_journal_has_one_json_line_for_each_fact(house: House) -> None:
    for unit in house.units:
        told = [json.loads(line) for line in lines(house, unit) if line.startswith("{")]
        assert {"event", "level", "timestamp"} <= set.intersection(*(set(each) for each in told)), unit


def test_a_running_unit_has_as_few_rights_as_its_file(house: House) -> None:
    for unit in house.units:
        house.machine.does("systemd-analyze", "security", f"--threshold={MOST_EXPOSED}", unit)


def test_a_reboot_brings_everything_back(house: House, measured: Measured) -> None:
    before = house.machine.pid
    began = time.monotonic()
    house.machine.reboot()
    until(house.is_up, 60.0, "every unit at work")
    measured("reboot until every unit is at work", time.monotonic() - began)
    assert house.machine.pid != before
    assert failed(house) == ""
    house.call("13912350003")
    check(house.books(), house.served)
