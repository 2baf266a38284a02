"""A spool, and both databases."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.databases import Sessions
from tests.recordings.spool import Spool


@pytest.fixture
def spool(tmp_path: Path, sessions: Sessions) -> Spool:
    return Spool(tmp_path / "spool", sessions)
