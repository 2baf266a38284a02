"""Whether a machine can prove calls over boards in the time it has. ``python -m lab.pri.fitness`` says why it can't."""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from lab.asterisk_root import cache_folder
from lab.pri.image import image

CORES = 4
"""Sixty calls at once in emulation, beside a house that answers them."""
FREE_MEMORY_MB = 2000
"""The virtual machine's 768, what emulating it takes, and Hotline beside it."""
FREE_DISK_MB = 4000
"""While the virtual machine is built; what stays are 300."""
MINUTES_TO_BUILD, MINUTES_TO_TEST = 8, 6
"""With as much again as two quiet cores take."""


@dataclass(frozen=True)
class Machine:
    """What counts of one. ``minutes`` are left; ``has_image``: the virtual machine was built before."""

    architecture: str
    cores: int
    free_memory_mb: int
    free_disk_mb: int
    minutes: float
    has_image: bool


def reasons_against(machine: Machine) -> list[str]:
    """What it lacks; nothing when it is fit."""
    minutes = MINUTES_TO_TEST + (0 if machine.has_image else MINUTES_TO_BUILD)
    built = "" if machine.has_image else " and to build the virtual machine first"
    lacks = {
        f"the virtual machine is for x86_64, this is {machine.architecture}": machine.architecture
        != "x86_64",
        f"{machine.cores} cores, {CORES} are needed": machine.cores < CORES,
        f"{machine.free_memory_mb} MB of memory are free, {FREE_MEMORY_MB} are needed": machine.free_memory_mb
        < FREE_MEMORY_MB,
        f"{machine.free_disk_mb} MB are free in {cache_folder()}, {FREE_DISK_MB} are needed to build": (
            not machine.has_image and machine.free_disk_mb < FREE_DISK_MB
        ),
        f"{machine.minutes:.0f} minutes are left, {minutes} are kept for it{built}": machine.minutes
        < minutes,
    }
    return [reason for reason, holds in lacks.items() if holds]


def this_machine(minutes: float) -> Machine:
    """The one this runs on."""
    folder = cache_folder()
    folder.mkdir(parents=True, exist_ok=True)
    return Machine(
        os.uname().machine,
        len(os.sched_getaffinity(0)),
        free_memory_mb(Path("/proc/meminfo").read_text()),
        shutil.disk_usage(folder).free >> 20,
        minutes,
        image().folder.exists(),
    )


def free_memory_mb(meminfo: str) -> int:
    """What programs could get, by /proc/meminfo."""
    [line] = [line for line in meminfo.splitlines() if line.startswith("MemAvailable:")]
    return int(line.split()[1]) >> 10


if __name__ == "__main__":
    lacks = reasons_against(this_machine(float(sys.argv[1])))
    print("; ".join(lacks) or "fit")
    sys.exit(1 if lacks else 0)
