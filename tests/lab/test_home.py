"""Where a lab lives depends on who may enter."""

from __future__ import annotations

import os
from pathlib import Path

from lab.account import Account, unprivileged
from lab.home import lab_home, temporary_home

STRANGER = Account(uid=4_000_001, gid=4_000_001)


def test_a_project_that_all_may_enter_keeps_its_lab() -> None:
    with temporary_home() as project:
        assert lab_home(project, STRANGER) == project / ".hotline"


def test_a_closed_project_has_its_lab_elsewhere_always_the_same_place() -> None:
    with temporary_home() as project:
        project.chmod(0o700)
        home = lab_home(project / "clone", STRANGER)
        assert home.parent == Path("/var/lib/hotline")
        assert home == lab_home(project / "clone", STRANGER)
        assert home != lab_home(project / "other", STRANGER)


def test_oneself_may_enter_whatever_one_can() -> None:
    assert lab_home(Path("/"), Account(os.geteuid(), os.getegid())) == Path("/.hotline")


def test_servers_never_run_as_root() -> None:
    assert unprivileged().uid != 0
