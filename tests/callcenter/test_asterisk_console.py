"""Who may not open Asterisk's control socket is told so, and not that Asterisk is down."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from callcenter.asterisk_console import Console

ROOT = Path(__file__).parents[2]
ASK = """
import sys
from pathlib import Path
from callcenter.asterisk_console import Console
print(Console(Path(sys.argv[1])).answers())
"""


def asked_by_nobody(control: Path) -> subprocess.CompletedProcess[str]:
    words = [sys.executable, "-c", ASK, str(control)]
    nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
    return subprocess.run([*nobody, *words], capture_output=True, text=True, timeout=30, cwd=ROOT)


@pytest.mark.slow
@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_somebody_who_may_not_open_the_socket_is_told_so() -> None:
    with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX) as asterisk:
        Path(folder).chmod(0o755)
        control = Path(folder) / "asterisk.ctl"
        asterisk.bind(str(control))
        asterisk.listen()
        control.chmod(0o600)
        told = asked_by_nobody(control)
    assert "opens for root and Asterisk's account only: run this as one of them" in told.stderr
    assert not told.stdout


def test_a_socket_that_is_not_there_is_an_asterisk_that_is_down(tmp_path: Path) -> None:
    assert not Console(tmp_path / "asterisk.ctl").answers()
