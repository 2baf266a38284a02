"""The units are what systemd understands, give few rights, and start commands that are there."""

from __future__ import annotations

import re
import shlex
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from callcenter.settings import Settings
from tests.guide_pages import ROOT
from tests.ops.conftest import SECONDS, House
from tests.test_guide import meant

UNITS = ROOT / "ops/systemd"
SERVICES = sorted(path.name for path in UNITS.glob("*.service"))
PROGRAM = "/opt/hotline/.venv/bin/hotline"
MOST_EXPOSED = 20
"""Tenths, as systemd-analyze counts: an ordinary service has 96."""
analyze = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="this machine has no systemd")
pytestmark = [pytest.mark.req("OPS-1")]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The units with a program that this machine has."""
    folder = tmp_path_factory.mktemp("units")
    for path in UNITS.iterdir():
        (folder / path.name).write_text(path.read_text().replace(PROGRAM, "/usr/bin/true"))
    (folder / "hotline-agi@.service").rename(folder / "hotline-agi@1.service")
    return folder


@analyze
def test_systemd_understands_them_without_a_word(installed: Path) -> None:
    units = [str(path) for path in installed.iterdir() if path.suffix in (".service", ".target", ".timer")]
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *units], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


@analyze
def test_they_give_few_rights(installed: Path) -> None:
    for unit in sorted(installed.glob("*.service")):
        done = subprocess.run(
            ["systemd-analyze", "security", "--offline=true", f"--threshold={MOST_EXPOSED}", str(unit)],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout.splitlines()[-1]


@pytest.mark.parametrize("name", SERVICES)
def test_each_starts_a_command_that_is_there(name: str) -> None:
    [words] = re.findall(rf"{PROGRAM} ([^\n']+)", (UNITS / name).read_text())
    command, given = meant(shlex.split(words.replace("%i", "1")))
    command.make_context("hotline", given)


def test_every_setting_in_the_environment_file_is_one() -> None:
    known = {f"HOTLINE_{name.upper()}" for name in Settings.model_fields}
    named = re.findall(r"^#?(HOTLINE_\w+)=", (UNITS / "hotline.env").read_text(), re.MULTILINE)
    assert len(named) > 5
    assert set(named) <= known


def test_every_unit_the_target_wants_is_there() -> None:
    [wanted] = re.findall(r"^Wants=(.*)$", (UNITS / "hotline.target").read_text(), re.MULTILINE)
    assert {re.sub(r"@\d+", "@", name) for name in wanted.split()} <= set(SERVICES)


@pytest.fixture
def told(tmp_path: Path) -> Iterator[socket.socket]:
    """systemd's ear."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear:
        ear.bind(str(tmp_path / "notify"))
        ear.settimeout(SECONDS)
        yield ear


@pytest.mark.slow
@pytest.mark.xdist_group("health")
@pytest.mark.parametrize(
    "command", [("agi", "--worker", "2"), ("ami",), ("worker",), ("bans", "watch", "--dry-run")]
)
def test_a_process_tells_systemd_that_it_is_ready_and_alive(
    command: tuple[str, ...], told: socket.socket, house: House
) -> None:
    with house.process(*command, NOTIFY_SOCKET=told.getsockname()):
        assert told.recv(100) == b"READY=1"
        assert [told.recv(100) for _ in range(2)] == [b"WATCHDOG=1"] * 2
