"""One installation in containers, as a test handles it: up, commands inside, down."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.e2e.until import until

ROOT = Path(__file__).parents[2]
UP_SECONDS, HEALTHY_SECONDS = 600, 180.0
LABEL = "label=com.docker.compose.project="
KINDS = {"container": ["-a"], "volume": [], "network": []}


def docker(*words: str, stdin: str | None = None, check: bool = True) -> str:
    """What a docker command prints."""
    return _said(["docker", *words], dict(os.environ), stdin, check)


def compose_command() -> list[str]:
    """``docker compose``, or the older ``docker-compose``; empty without either."""
    if subprocess.run(["docker", "compose", "version"], capture_output=True, check=False).returncode == 0:
        return ["docker", "compose"]
    return ["docker-compose"] if shutil.which("docker-compose") else []


class Project:
    """The containers of some of the files ``docker/compose….yaml``."""

    def __init__(self, name: str, variants: Sequence[str], settings: Mapping[str, str]) -> None:
        self.name = name
        files = [ROOT / "docker" / f"compose{variant}.yaml" for variant in ("", *variants)]
        self._compose = [
            *compose_command(),
            "-p",
            name,
            *(word for file in files for word in ("-f", str(file))),
        ]
        self._environment = {**os.environ, **settings}

    def __call__(self, *words: str, check: bool = True) -> str:
        """A command of compose."""
        return _said([*self._compose, *words], self._environment, None, check)

    @contextmanager
    def up(self) -> Iterator[None]:
        """Everything up and healthy while the block lasts; down with its volumes afterwards."""
        try:
            self("up", "-d")
            until(lambda: self.unhealthy() == {}, HEALTHY_SECONDS, f"health of all: {self.name}")
            yield
        finally:
            self("down", "-v", "-t", "10", check=False)

    def unhealthy(self) -> dict[str, str]:
        """Containers that look after their health and are not healthy: name → state, and why."""
        found = json.loads(docker("inspect", *self._ids()))
        states = {each["Name"]: each["State"].get("Health", {}).get("Status") for each in found}
        return {name: state for name, state in states.items() if state not in (None, "healthy")}

    def inside(self, service: str, *words: str, script: Path | None = None, check: bool = True) -> str:
        """What a command prints in a service's container; ``script`` is its standard input."""
        text = script.read_text() if script else None
        return docker("exec", "-i", self.container(service), *words, stdin=text, check=check)

    def container(self, service: str) -> str:
        """The id of a service's container."""
        return docker(
            "ps",
            "-aq",
            "--filter",
            LABEL + self.name,
            "--filter",
            f"label=com.docker.compose.service={service}",
        ).strip()

    def state(self, service: str) -> dict[str, Any]:
        """Everything the engine knows of a service's container."""
        found: dict[str, Any] = json.loads(docker("inspect", self.container(service)))[0]
        return found

    def left(self) -> dict[str, list[str]]:
        """What of the project is there, by kind."""
        found = {
            kind: docker(kind, "ls", "-q", *words, "--filter", LABEL + self.name).split()
            for kind, words in KINDS.items()
        }
        return {kind: ids for kind, ids in found.items() if ids}

    def _ids(self) -> list[str]:
        return docker("ps", "-q", "--filter", LABEL + self.name).split()


def _said(command: list[str], environment: dict[str, str], stdin: str | None, check: bool) -> str:
    done = subprocess.run(
        command,
        input=stdin or "",
        capture_output=True,
        text=True,
        timeout=UP_SECONDS,
        env=environment,
        check=False,
    )
    assert done.returncode == 0 or not check, (
        f"{' '.join(command)}:\n{done.stdout[-3000:]}{done.stderr[-6000:]}"
    )
    return done.stdout
