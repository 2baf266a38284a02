"""The throw-away Asterisk and the databases that the tests of this folder share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.ami.asterisk import ThrowAwayAsterisk
from tests.databases import database, server, sessions

__all__ = ["asterisk", "database", "server", "sessions"]


@pytest.fixture(scope="module")
def asterisk() -> Iterator[ThrowAwayAsterisk]:
    """Up and booted; fails when there is no Asterisk to boot."""
    asterisk = ThrowAwayAsterisk()
    try:
        asterisk.start()
        yield asterisk
    finally:
        asterisk.remove()
