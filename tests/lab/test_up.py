"""``hotline up --lab`` from nothing: it comes up, restarts what dies, finds its data again, leaves nothing."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from lab import processes
from lab.home import temporary_home
from lab.ports import answers
from lab.ready import SAMPLE

pytestmark = pytest.mark.e2e
AGI_PORT = 31473
PORTS = {
    "HOTLINE_SIP_PORT": "31460",
    "HOTLINE_AMI_PORT": "31438",
    "HOTLINE_AGI_PORT": str(AGI_PORT),
    "HOTLINE_RTP_FIRST": "31800",
    "HOTLINE_RTP_LAST": "31899",
}
SECONDS = 180.0


class Up:
    """A ``hotline up --lab`` and what it has printed."""

    def __init__(self, home: Path) -> None:
        self._log = home / "log" / "up.log"
        self._former = self._log.stat().st_size if self._log.exists() else 0
        self.lines: list[str] = []
        self._news = threading.Condition()
        self.process = subprocess.Popen(
            command(home), env=environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as out:
            for line in out:
                with self._news:
                    self.lines.append(line.rstrip())
                    self._news.notify_all()
        with self._news:
            self._news.notify_all()

    def says(self, words: str) -> str:
        """The first line with these words, now or when it comes."""
        with self._news:
            assert self._news.wait_for(lambda: self._with(words) or self._over(), SECONDS), self.lines
        found = self._with(words)
        assert found, self.lines
        return found

    def stop(self) -> int:
        """Ask it to end; its exit status."""
        self.process.terminate()
        status = self.process.wait(30)
        self._reader.join()
        return status

    def children(self) -> dict[str, int]:
        """Name and process of what it started last."""
        log = self._log.read_bytes()[self._former :].splitlines() if self._log.exists() else []
        facts = [json.loads(line) for line in log]
        return {fact["name"]: fact["pid"] for fact in facts if fact["event"] == "process.started"}

    def _with(self, words: str) -> str | None:
        return next((line for line in self.lines if words in line), None)

    def _over(self) -> bool:
        return self.process.poll() is not None


def command(home: Path) -> list[str]:
    return [sys.executable, "-m", "cli", "--home", str(home), "up", "--lab"]


def environment() -> dict[str, str]:
    return {**os.environ, **PORTS}


@contextmanager
def brought_up(home: Path) -> Iterator[Up]:
    up = Up(home)
    try:
        yield up
    finally:
        up.stop()


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    with temporary_home() as folder:
        yield folder


@pytest.fixture(scope="module")
def used(home: Path) -> Path:
    """That home, once something was up in it."""
    if not (home / "secrets.json").exists():
        with brought_up(home) as up:
            up.says("Hotline is up")
    return home


@pytest.fixture(scope="module")
def again(used: Path) -> Iterator[Up]:
    """A second start in that home; it is up until the last test."""
    with brought_up(used) as up:
        up.says("Hotline is up")
        yield up


def wait_until(what: Callable[[], bool]) -> None:
    until = time.monotonic() + 30
    while not what():
        assert time.monotonic() < until
        time.sleep(0.02)


def test_it_comes_up_from_nothing_restarts_what_dies_and_leaves_nothing(home: Path) -> None:
    with brought_up(home) as up:
        up.says("recordings")
        assert "4008001000" in up.says("客服热线")
        assert f"password {json.loads((home / 'secrets.json').read_text())['seat/s8001']}" in up.says(
            "s8001,"
        )
        first = up.children()
        os.kill(first["agi"], signal.SIGKILL)
        assert "agi.log" in up.says("is started again")
        wait_until(lambda: answers("127.0.0.1", AGI_PORT))
        asterisk = int((home / "asterisk" / "run" / "asterisk.pid").read_text())
        started = [up.process.pid, asterisk, *up.children().values()]
        assert up.stop() == 0
    assert not [pid for pid in started if processes.is_running(pid)]


def test_a_saved_site_that_asterisk_refuses_hinders_no_start(used: Path, tmp_path: Path) -> None:
    """Names that nobody resolves any more are seen by Asterisk alone."""
    unresolved = tmp_path / "unresolved.yaml"
    unresolved.write_text(SAMPLE.read_text().replace("127.0.0.2", "gateway.invalid"))
    load = [*command(used)[:-2], "site", "load", str(unresolved)]
    subprocess.run(load, env=environment(), capture_output=True, check=True)
    with brought_up(used) as up:
        assert "gateway.invalid" in up.says("calls go on with the version that is live")
        up.says("Hotline is up")
    assert "gateway.invalid" not in (used / "asterisk/etc/hotline.d/pjsip/10-trunks.conf").read_text()


@pytest.mark.parametrize(
    ("setting", "kind"),
    [("HOTLINE_AGI_PORT", socket.SOCK_STREAM), ("HOTLINE_SIP_PORT", socket.SOCK_DGRAM)],
)
def test_a_taken_port_is_one_line_that_names_it_and_its_setting(
    home: Path, setting: str, kind: socket.SocketKind
) -> None:
    with socket.socket(socket.AF_INET, kind) as taken:
        taken.bind(("127.0.0.1", int(PORTS[setting])))
        if kind == socket.SOCK_STREAM:
            taken.listen()
        tried = subprocess.run(command(home), env=environment(), capture_output=True, text=True, check=False)
    assert tried.returncode == 1
    assert len(tried.stderr.splitlines()) == 1
    assert PORTS[setting] in tried.stderr
    assert setting in tried.stderr


def test_a_second_start_finds_its_data(again: Up) -> None:
    assert not any("sample site" in line for line in again.lines)


def test_the_worker_is_started_when_calls_are_served_and_again_when_it_dies(home: Path, again: Up) -> None:
    wait_until(lambda: "worker" in again.children())
    assert list(again.children())[-1] == "worker"
    worker, log = again.children()["worker"], home / "log" / "worker.log"
    at_work = log.read_text().count("worker.at_work")
    os.kill(worker, signal.SIGKILL)
    assert "worker.log" in again.says("hotline worker ended")
    wait_until(lambda: log.read_text().count("worker.at_work") > at_work)
    assert again.children()["worker"] != worker


def test_a_home_belongs_to_one(home: Path, again: Up) -> None:
    second = subprocess.run(command(home), env=environment(), capture_output=True, text=True, check=False)
    assert second.returncode == 1
    assert second.stderr == f"hotline: Hotline already runs in {home}; stop it first\n"
