"""One virtual machine with boards for all tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from lab.home import temporary_home
from lab.pri.image import Image, ensure, missing_programs
from tests.pri.rig import Rig

FIGURES = pytest.StashKey[list[str]]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[FIGURES] = []


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """What was measured, under the results."""
    for line in config.stash[FIGURES]:
        terminalreporter.write_line(line)


@pytest.fixture(scope="session")
def image() -> Image:
    """The virtual machine's files; skips where they can not be."""
    if missing := missing_programs():
        pytest.skip(f"not installed: {', '.join(missing)}; run scripts/setup pri")
    return ensure(print)


@pytest.fixture(scope="session")
def badly_wired(image: Image, request: pytest.FixtureRequest) -> Iterator[Rig]:
    """Hotline and two exchanges, ready for calls; but the second E1 hears its far end, and is not heard there."""
    with temporary_home() as home:
        rig = Rig(image, home)
        try:
            rig.up()
            request.config.stash[FIGURES] += [
                f"measured {what}: {took:.1f} s" for what, took in rig.took.items()
            ]
            yield rig
        finally:
            rig.down()


@pytest.fixture(scope="session")
def rig(badly_wired: Rig) -> Rig:
    """The same with both E1 in order."""
    badly_wired.put_second_right()
    return badly_wired
