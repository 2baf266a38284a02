"""One house for all tests of phones."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from lab.home import temporary_home
from tests.phones.house import House, running


@pytest.fixture(scope="session")
def house() -> Iterator[House]:
    """An Asterisk with a seat of every kind."""
    with temporary_home() as home, running(home) as house:
        yield house
