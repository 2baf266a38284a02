"""A private Asterisk boots, answers, and leaves nothing behind."""

from __future__ import annotations

import dataclasses
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from callcenter.errors import HotlineError, Unreachable
from lab import processes
from lab.asterisk_root import AsteriskProgram
from lab.home import temporary_home
from lab.instance import AsteriskInstance
from lab.throwaway import Throwaway
from tests.e2e.process import PROJECT
from tests.e2e.until import until
from tests.lab.conftest import ETC

pytestmark = pytest.mark.asterisk


@pytest.fixture
def idle(program: AsteriskProgram) -> Iterator[AsteriskInstance]:
    """A second Asterisk, without any trunk or transport, not yet started."""
    with temporary_home() as home:
        instance = AsteriskInstance(program, home, name="idle")
        instance.prepare()
        shutil.copy(ETC / "modules.conf", instance.etc)
        yield instance
        instance.stop()


def test_the_console_says_what_remote_asterisk_says(asterisk: AsteriskInstance) -> None:
    assert asterisk.rx("core show version").startswith("Asterisk ")
    assert "System name:                 lab" in asterisk.rx("core show settings")
    assert asterisk.rx("no such thing").startswith("No such command 'no such thing'")


def test_it_does_not_run_as_root(asterisk: AsteriskInstance) -> None:
    assert asterisk.pid is not None
    status = Path(f"/proc/{asterisk.pid}/status").read_text()
    assert "CapEff:\t0000000000000000" in status
    assert f"Uid:\t{asterisk.account.uid}\t" in status


def test_what_it_uses_can_be_measured(asterisk: AsteriskInstance) -> None:
    assert 0.01 < asterisk.cpu_seconds() < 60
    assert 10_000_000 < asterisk.rss() < 1_000_000_000
    assert 5 < asterisk.fds() < 500


def test_a_stop_leaves_no_process_and_a_second_start_works(idle: AsteriskInstance) -> None:
    idle.start()
    first = idle.pid
    assert first is not None
    assert idle.stop() is True
    assert not processes.is_running(first)
    with pytest.raises(Unreachable):
        idle.rx("core show version")
    idle.start()
    assert "fully booted" in idle.rx("core waitfullybooted")


def test_another_program_finds_it_and_can_stop_it(idle: AsteriskInstance) -> None:
    idle.start()
    other = AsteriskInstance(idle.program, idle.home)
    assert other.pid == idle.pid
    with pytest.raises(HotlineError, match="already runs"):
        other.start()
    other.stop()
    assert not idle.is_running


def test_a_frozen_one_is_killed_after_the_deadline(idle: AsteriskInstance) -> None:
    idle.start()
    assert idle.pid is not None
    os.kill(idle.pid, signal.SIGSTOP)
    assert idle.stop(seconds=0.2) is False
    assert not idle.is_running


def test_one_that_cannot_start_says_its_last_words(idle: AsteriskInstance) -> None:
    idle.program = dataclasses.replace(idle.program, argv=("/bin/sh", "-c", "echo no libraries here; exit 3"))
    with pytest.raises(HotlineError, match="no libraries here"):
        idle.start()


def test_a_home_too_deep_for_a_socket_is_refused(program: AsteriskProgram, tmp_path: Path) -> None:
    with pytest.raises(HotlineError, match="too long for a socket"):
        AsteriskInstance(program, tmp_path / ("x" * 100)).prepare()


def test_a_check_boots_beside_the_running_one_on_its_ports(
    program: AsteriskProgram, asterisk: AsteriskInstance
) -> None:
    with Throwaway(program).boot(ETC) as check:
        assert "127.0.0.1:23060" in check.rx("pjsip show transports")
        assert "pjsip show transports" not in check.rx("pjsip show endpoint trunk")
        assert not [line for line in check.log_lines() if "bind" in line or "in use" in line]
    assert "127.0.0.1:23060" in asterisk.rx("pjsip show transports")


def test_a_check_tells_what_asterisk_found_wrong(program: AsteriskProgram, tmp_path: Path) -> None:
    staged = tmp_path / "etc"
    shutil.copytree(ETC, staged)
    (staged / "queues.conf").write_text("[help]\nstrategy=whenever\n")
    with Throwaway(program).boot(staged) as check:
        assert [line for line in check.log_lines() if line.startswith("WARNING") and "whenever" in line]


def test_a_check_reads_what_only_the_operator_may_read(program: AsteriskProgram, tmp_path: Path) -> None:
    staged = tmp_path / "etc"
    shutil.copytree(ETC, staged)
    staged.chmod(0o700)
    (staged / "extensions.conf").chmod(0o600)
    with Throwaway(program).boot(staged) as check:
        assert "Answer()" in check.rx("dialplan show lab")


STARTER = """
import sys
from pathlib import Path
from lab.asterisk_root import ensure
from lab.instance import AsteriskInstance
instance = AsteriskInstance(ensure(print), Path(sys.argv[1]), isolated=True)
instance.start()
print(instance.pid, flush=True)
sys.stdin.read()
"""


def test_an_isolated_one_ends_with_who_started_it(idle: AsteriskInstance) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", STARTER, str(idle.home)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
    ) as starter:
        assert starter.stdout is not None
        pid = int(starter.stdout.readline())
        assert Path(f"/proc/{pid}").exists()
        starter.kill()
    until(lambda: not Path(f"/proc/{pid}").exists(), 10, "it has ended")
