"""Hotline on a booted machine, put there by the guide's own words, and calls to it."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

from lab.demo.stage import AGENT_HZ, CALLER_HZ
from lab.scenario import Agent, Caller, Login
from lab.sipp import start
from lab.sipp_run import Address
from tests.boot.machine import HERE, THERE, Machine
from tests.docker.open_site import site_text
from tests.e2e.until import until
from tests.guide_pages import ROOT, blocks

AGENT, SEAT = "1001", "s8001"
TALK_SECONDS = 5.0
SETTLE_SECONDS = 60.0
PATIENCE_SECONDS = 120.0
BOOKS, EYES = ROOT / "tests/docker/books.py", ROOT / "tests/boot/eyes.py"
SITE = "samples/telecom_zh_en.yaml"
PROGRAM = "/opt/hotline"


class House:
    """One installation. ``served`` is what SIPp counted in all calls so far, for ``tests.docker.balance``."""

    def __init__(self, machine: Machine, logs: Path, wheels: Path) -> None:
        self.machine = machine
        self._logs = logs
        self.served: dict[str, Any] = {"callers": [], "answered": 0}
        self._copy(wheels)

    def _copy(self, wheels: Path) -> None:
        """The release, and wheels instead of a package index."""
        there = self.machine.root
        (there / "opt/hotline").mkdir()
        packed = subprocess.run(
            ["git", "ls-files", "-z", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True
        )
        for name in packed.stdout.decode().split("\0")[:-1]:
            if (ROOT / name).exists():
                (there / "opt/hotline" / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(ROOT / name, there / "opt/hotline" / name)
        shutil.copytree(wheels, there / "opt/wheels")
        (there / "etc/pip.conf").write_text("[global]\nno-index = true\nfind-links = /opt/wheels\n")

    def install(self, page: str) -> None:
        """Type what a page of the guide tells to."""
        put, bring_up = [each for each in blocks(page, "sh") if "systemctl" in each]
        self.type(put)
        self.set("HOTLINE_SIP_HOST", THERE)
        (self.machine.root / "opt/hotline" / SITE).write_text(site_text(HERE), "utf-8")
        self.type(bring_up)

    def type(self, lines: str) -> str:
        """Lines of a shell, as root in the program's folder; the first that fails ends them."""
        return self.machine.does("bash", "-ec", f"cd {PROGRAM}\n{lines}")

    def set(self, name: str, value: str) -> None:
        """A line of the settings file."""
        file = self.machine.root / "etc/hotline/hotline.env"
        text, count = re.subn(rf"^{name}=.*$", f"{name}={value}", file.read_text(), flags=re.MULTILINE)
        assert count == 1, name
        file.write_text(text)

    @property
    def units(self) -> list[str]:
        """What the target wants."""
        text = (ROOT / "ops/systemd/hotline.target").read_text()
        return re.findall(r"hotline\S+\.service", text)

    def shown(self, unit: str, name: str) -> str:
        """A property of a unit."""
        return self.machine.does("systemctl", "show", "--value", "-p", name, unit).strip()

    def process(self, unit: str) -> int:
        """The unit's first process, as its own machine numbers it."""
        return int(self.shown(unit, "MainPID"))

    def is_up(self) -> bool:
        """Every unit is active, and each that tells of itself is ready."""
        states = self.machine.does("systemctl", "is-active", *self.units, "asterisk.service", check=False)
        return set(states.split()) == {"active"} and self.ready()

    def ready(self) -> bool:
        """Whether the doctor finds every process ready, and the manager and the listener at work."""
        only = [word for name in ("health", "manager", "listener", "fastagi") for word in ("--only", name)]
        told = json.loads(self.machine.does("hotline", "doctor", "--json", *only, check=False) or "[]")
        return bool(told) and all(each["state"] == "ok" for each in told)

    def restarts(self, unit: str, *, deed: str) -> float:
        """Seconds from a signal to the unit's first process until systemd has another one at work."""
        before, count = self.process(unit), int(self.shown(unit, "NRestarts"))
        began = time.monotonic()
        self.machine.does("bash", "-c", f"kill -{deed} {before}")

        def again() -> bool:
            return (
                int(self.shown(unit, "NRestarts")) == count + 1
                and self.shown(unit, "ActiveState") == "active"
                and self.process(unit) not in (0, before)
            )

        until(again, 90.0, f"{unit} after SIG{deed}")
        return time.monotonic() - began

    def call(self, number: str) -> None:
        """A caller comes past the menu to an agent, and scores; all of it is kept as it was."""
        there = Address(THERE, 5060)
        secret = json.loads(self.machine.does("hotline", "secrets", "show", f"seat/{SEAT}", "--json"))
        phone = Agent(
            login=Login(SEAT, secret["secret"]), tone_hz=AGENT_HZ, rings_ms=200, talk_seconds=TALK_SECONDS
        )
        caller = Caller(
            dials="4008001000", number=number, tone_hz=CALLER_HZ, patience_seconds=PATIENCE_SECONDS
        )
        with start(phone, there, self._logs, at=Address(HERE)) as agent:
            self.machine.does("hotline", "agents", "login", AGENT, "--seat", SEAT)
            with start(caller, there, self._logs, at=Address(HERE)) as run:
                run.wait_for("answered")
                self._runs(EYES, number, "welcome")
                run.press("0")
                self._runs(EYES, number, "asked")
                run.press("2")
                found = run.wait(PATIENCE_SECONDS)
            self.served["answered"] += len(agent.events("answered"))
        self.served["callers"].append(
            {"number": number, "ok": found.ok, "failed": found.failed, "errors": found.errors}
        )

    def books(self) -> dict[str, Any]:
        """What is kept, once every call is closed and no recording is unfinished."""

        def settled() -> dict[str, Any] | None:
            found = self._books()
            at_rest = all(row["state"] == "closed" for row in found["calls"]) and not found["parts"]
            return found if at_rest else None

        found = until(settled, SETTLE_SECONDS, "every call closed and every recording finished")
        assert found is not None
        return found

    def _books(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self._runs(BOOKS))
        return found

    def _runs(self, script: Path, *words: str) -> str:
        """What a script prints there, in the account and with the settings of the units."""
        lines = f"cd {PROGRAM} && set -a && . /etc/hotline/hotline.env && exec .venv/bin/python - {' '.join(words)}"
        account = ("runuser", "-u", "hotline", "--", "bash", "-c", lines)
        return self.machine.does(*account, stdin=script.read_text())
