"""The rows that the captured calls come to."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from schema.base import Base
from schema.session import engine_for, session_factory
from tests.ami.following import Following, tables
from tests.ami.ledgers import Ledgers
from tests.callcenter.captured_calls import FOLDER, NAMES
from tests.databases import Sessions

WHOLE = tuple(name for name in NAMES if name != "killed")


def sqlite(folder: Path) -> Sessions:
    engine = engine_for(f"sqlite:///{folder}/hotline.db")
    Base.metadata.create_all(engine)
    return session_factory(engine)


@cache
def expected(names: tuple[str, ...], manager: bool) -> dict[str, list[Any]]:
    """The rows of everything at once, in a database of its own; with the manager's word or without."""
    with tempfile.TemporaryDirectory() as folder:
        ledgers, sessions = Ledgers(Path(folder) / "log"), sqlite(Path(folder))
        following = Following(sessions, ledgers)
        for name in names:
            ledgers.write(name)
            if manager:
                following.hear((FOLDER / name / "ami.txt").read_bytes())
        following.round()
        return tables(sessions)
