"""An account in the group of Asterisk's folder brings configurations that Asterisk reads, and so does root after it."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from dialplan_templates.versions import Versions
from lab.home import temporary_home

ASTERISK, HOTLINE = 64_001, 64_002
pytestmark = [
    pytest.mark.req("OPS-1"),
    pytest.mark.skipif(os.geteuid() != 0, reason="only root takes on other accounts"),
]


def run_as_member(work: Callable[[], object]) -> int:
    """Exit status of a child of the account HOTLINE, which is in the group ASTERISK."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            os.setgroups([ASTERISK])
            os.setgid(HOTLINE)
            os.setuid(HOTLINE)
            work()
            status = 0
        finally:
            os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def rights(path: Path) -> tuple[int, str]:
    """Group, and mode as ls prints it."""
    return path.stat().st_gid, stat.filemode(path.stat().st_mode)


def test_a_member_of_asterisks_group_stages_what_asterisk_reads() -> None:
    with temporary_home() as etc:
        os.chown(etc, ASTERISK, ASTERISK)
        etc.chmod(0o2770)
        files = {"pjsip/seats.conf": "[a]\n"}
        assert run_as_member(lambda: Versions(etc).stage(files)) == 0
        assert Versions(etc).stage(files) == 2, "root's turn"
        assert run_as_member(lambda: Versions(etc).swap(Versions(etc).stage(files))) == 0
        assert Versions(etc).live() == 3
        for number in (1, 2, 3):
            folder = etc / "hotline.versions" / str(number)
            assert rights(folder / "pjsip") == (ASTERISK, "drwxrws---")
            assert rights(folder / "pjsip/seats.conf") == (ASTERISK, "-rw-r-----")


def test_a_folder_that_is_not_shared_stays_so() -> None:
    with temporary_home() as etc:
        os.chown(etc, ASTERISK, ASTERISK)
        etc.chmod(0o750)
        Versions(etc).stage({"pjsip.conf": ""})
        assert rights(etc / "hotline.versions/1") == (ASTERISK, "drwxr-x---")
