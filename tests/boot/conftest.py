"""One machine with a systemd of its own, and Hotline on it as the guide says, for all tests of this folder."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest

from tests.boot import tree
from tests.boot.house import House
from tests.boot.machine import Machine, reason_against
from tests.e2e.until import until

FIGURES = pytest.StashKey[list[str]]()
PAGE = "docs/guide/operations.md"
UP_SECONDS = 60.0


def pytest_configure(config: pytest.Config) -> None:
    config.stash[FIGURES] = []


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """What was measured, under the results."""
    for line in config.stash[FIGURES]:
        terminalreporter.write_line(line)


@pytest.fixture(scope="session")
def measured(request: pytest.FixtureRequest) -> Callable[[str, float], None]:
    """Tell a figure, in seconds since a moment of the monotonic clock or as such."""
    figures: list[str] = request.config.stash[FIGURES]
    return lambda what, seconds: figures.append(f"measured {what}: {seconds:.1f} s")


@pytest.fixture(scope="session")
def house(
    tmp_path_factory: pytest.TempPathFactory, measured: Callable[[str, float], None]
) -> Iterator[House]:
    """Installed by the guide, with all units up; skips where no systemd can be booted."""
    if why := reason_against():
        pytest.skip(why)
    debian = tree.ensure()
    folder = tmp_path_factory.mktemp("boot")
    tree.wheels(debian, folder / "wheels")
    (folder / "machine").mkdir()
    (folder / "logs").mkdir()
    machine = Machine(folder / "machine", debian)
    try:
        began = time.monotonic()
        machine.on()
        measured("boot", time.monotonic() - began)
        began = time.monotonic()
        found = House(machine, folder / "logs", folder / "wheels")
        found.install(PAGE)
        until(found.is_up, UP_SECONDS, "every unit at work")
        measured("installation by the guide", time.monotonic() - began)
        yield found
    finally:
        machine.off()
