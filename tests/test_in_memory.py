"""The tests' short-lived files lie in memory, and no longer than the tests run."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[1] / "scripts/in-memory"
NO_PROCESS = 2**22 + 1
"""More than any process of Linux has for its number."""


def in_memory(memory: Path, script: str, room_kb: int = 1) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [SCRIPT, "sh", "-c", script],
        env={"PATH": "/usr/bin:/bin", "MEMORY": str(memory), "ROOM_KB": str(room_kb), "TMPDIR": "/elsewhere"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_command_has_its_short_lived_files_in_memory_until_it_ends(tmp_path: Path) -> None:
    done = in_memory(tmp_path, 'touch "$TMPDIR/a" && echo "$TMPDIR"/* && exit 7')
    assert done.returncode == 7
    assert done.stdout.startswith(f"{tmp_path}/ht")
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_run_left_goes_and_what_another_uses_stays(tmp_path: Path) -> None:
    left, used = tmp_path / f"ht{NO_PROCESS}.abc", tmp_path / "ht1.abc"
    for folder in (left, used):
        folder.mkdir()
        (folder / "file").touch()
    assert in_memory(tmp_path, "true").returncode == 0
    assert list(tmp_path.iterdir()) == [used]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root mounts")
def test_a_disk_that_a_killed_run_left_there_is_unmounted(tmp_path: Path) -> None:
    disk = tmp_path / f"ht{NO_PROCESS}.abc/disk"
    disk.mkdir(parents=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", disk], check=True)
    assert in_memory(tmp_path, "true").returncode == 0
    assert list(tmp_path.iterdir()) == []


def test_where_there_is_no_room_they_lie_where_they_lay(tmp_path: Path) -> None:
    done = in_memory(tmp_path, 'echo "$TMPDIR"', room_kb=10**15)
    assert (done.stdout, done.returncode) == ("/elsewhere\n", 0)
