"""The throw-away Asterisk and the databases that the tests of this folder share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ami.asterisk import ThrowAwayAsterisk
from tests.ami.ledgers import Ledgers


@pytest.fixture(scope="module")
def asterisk() -> Iterator[ThrowAwayAsterisk]:
    """Up and booted; fails when there is no Asterisk to boot."""
    asterisk = ThrowAwayAsterisk()
    try:
        asterisk.start()
        yield asterisk
    finally:
        asterisk.remove()


@pytest.fixture
def ledgers(tmp_path: Path) -> Ledgers:
    return Ledgers(tmp_path / "log")
