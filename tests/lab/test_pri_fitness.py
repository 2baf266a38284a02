"""Which machines prove calls over boards, and what the others say why they don't."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import pytest

from lab.pri.fitness import Machine, free_memory_mb, reasons_against, this_machine

FIT = Machine("x86_64", 4, 2000, 4000, 14.0, has_image=False)


def test_four_cores_with_a_little_time_are_enough() -> None:
    assert reasons_against(FIT) == []


@pytest.mark.parametrize(
    ("lacking", "reason"),
    [
        ({"architecture": "aarch64"}, "is for x86_64, this is aarch64"),
        ({"cores": 3}, "3 cores, 4 are needed"),
        ({"free_memory_mb": 1999}, "1999 MB of memory are free, 2000 are needed"),
        ({"free_disk_mb": 3999}, "3999 MB are free"),
        ({"minutes": 13.0}, "13 minutes are left, 14 are kept for it and to build the virtual machine first"),
        ({"minutes": 5.0, "has_image": True}, "5 minutes are left, 6 are kept for it"),
    ],
)
def test_what_is_lacking_is_said(lacking: dict[str, object], reason: str) -> None:
    [said] = reasons_against(replace(FIT, **lacking))  # type: ignore[arg-type]
    assert reason in said


def test_a_virtual_machine_that_is_there_needs_less_time_and_room() -> None:
    assert reasons_against(replace(FIT, minutes=6.0, free_disk_mb=0, has_image=True)) == []


def test_memory_that_can_be_freed_counts_as_free() -> None:
    assert free_memory_mb("MemTotal: 4096000 kB\nMemFree: 1 kB\nMemAvailable: 2048000 kB\n") == 2000


def test_without_time_no_machine_is_fit_and_the_program_says_so() -> None:
    assert this_machine(0.0).cores >= 1
    done = subprocess.run(
        [sys.executable, "-m", "lab.pri.fitness", "0"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "0 minutes are left" in done.stdout
