"""Hotline's processes as systemd runs them, without an Asterisk, and what they tell of themselves."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from callcenter.health.end import BANS, FASTAGI, LISTENER, WORKER, port_of
from callcenter.settings import Settings
from cli import Hotline

ROOT = Path(__file__).parents[2]
FIRST = 24_700 + 20 * int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
SECONDS = 120.0
PROCESSES = (LISTENER, BANS, WORKER, FASTAGI)


class House:
    """A home with the sample site, and its processes when they run."""

    def __init__(self, home: Path) -> None:
        self.settings = Settings(
            home=home, agi_port=FIRST, ami_port=FIRST + 1, sip_port=FIRST + 2, health_port=FIRST + 3
        )
        self.app = Hotline(self.settings)
        self.environment = {**os.environ, **self.settings.environment(), "PYTHONPATH": str(ROOT)}

    @contextmanager
    def process(self, *words: str, **more: str) -> Iterator[subprocess.Popen[bytes]]:
        """A command of the program that stays."""
        log = self.settings.folder / f"{words[0]}.log"
        with log.open("wb") as out:
            running = subprocess.Popen(
                [sys.executable, "-m", "cli", *words],
                env=self.environment | more,
                cwd=ROOT,
                stdout=out,
                stderr=out,
            )
        try:
            yield running
        finally:
            running.terminate()
            running.wait(SECONDS)

    def ask(self, process: str, path: str) -> tuple[int, str]:
        """Status and body, as soon as the process answers."""
        address = f"http://127.0.0.1:{port_of(self.settings, process)}{path}"
        until = time.monotonic() + SECONDS
        while True:
            try:
                with urllib.request.urlopen(address, timeout=SECONDS) as answer:
                    return answer.status, answer.read().decode()
            except urllib.error.HTTPError as error:
                with error:
                    return error.code, error.read().decode()
            except OSError:
                assert time.monotonic() < until, f"{process} does not answer"
                time.sleep(0.05)

    def troubles(self, process: str) -> dict[str, str]:
        """What keeps a process from its work."""
        return dict(json.loads(self.ask(process, "/readyz")[1])["troubles"])

    def metrics(self, process: str) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
        """Every sample by its name and labels."""
        families = text_string_to_metric_families(self.ask(process, "/metrics")[1])
        return {
            (each.name, frozenset(each.labels.items())): each.value
            for family in families
            for each in family.samples
        }


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory, home_with_site: Path) -> Iterator[House]:
    """FastAGI, listener, bans and worker in a home with the sample site."""
    found = House(Path(shutil.copytree(home_with_site, tmp_path_factory.mktemp("ops") / "home")))
    with ExitStack() as stack:
        for words in (("agi",), ("ami",), ("worker",), ("bans", "watch", "--dry-run")):
            stack.enter_context(found.process(*words))
        for process in PROCESSES:
            found.ask(process, "/healthz")
        yield found
    found.app.engine().dispose()
