"""The images, built once; an installation in containers."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from tests.docker.open_site import site_text
from tests.docker.project import ROOT, Project, compose_command

NETWORK = "172.30.211"
PORTS = {
    "HOTLINE_SIP_PORT": "35060",
    "HOTLINE_RTP_FIRST": "36000",
    "HOTLINE_RTP_LAST": "36099",
    "HOTLINE_WEB_PORT": "35090",
}
FIGURES = pytest.StashKey[list[str]]()
Installed = Callable[..., AbstractContextManager[Project]]


def pytest_configure(config: pytest.Config) -> None:
    config.stash[FIGURES] = []


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """What was measured, under the results."""
    for line in config.stash[FIGURES]:
        terminalreporter.write_line(line)


@pytest.fixture
def measured(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Tell a figure."""
    figures: list[str] = request.config.stash[FIGURES]
    return lambda line: figures.append(f"measured {line}")


@pytest.fixture(scope="session")
def images() -> None:
    """Every image of ours; skips where no engine answers."""
    answers = shutil.which("docker") and compose_command() and _runs("docker", "info").returncode == 0
    if not answers:
        pytest.skip("no Docker engine answers and none can be started; run scripts/setup docker")
    built = _runs(str(ROOT / "docker" / "build.sh"), PYTHON=sys.executable)
    assert built.returncode == 0, built.stdout + built.stderr


@pytest.fixture
def installed(images: None, tmp_path: Path) -> Installed:
    """Makes an installation by the names of compose files; it is gone after the block."""
    (tmp_path / "site.yaml").write_text(site_text(f"{NETWORK}.20"), "utf-8")
    tmp_path.chmod(0o755)
    settings = {
        **PORTS,
        "HOTLINE_SUBNET": NETWORK,
        "HOTLINE_BIND": "127.0.0.1",
        "HOTLINE_SITES": str(tmp_path),
        "HOTLINE_SITE": "site.yaml",
    }

    @contextmanager
    def make(*variants: str, **more: str) -> Iterator[Project]:
        name = f"hotline-test{''.join(variants).replace('.', '-')}"
        project = Project(name, variants, {**settings, **more})
        with project.up():
            yield project
        assert project.left() == {}

    return make


def _runs(*command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["env", *(f"{name}={value}" for name, value in environment.items()), *command],
        capture_output=True,
        text=True,
        timeout=1500,
        check=False,
    )
