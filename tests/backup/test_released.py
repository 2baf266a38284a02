"""What every released schema kept is there after the upgrade to this one, row by row, on both engines.

The files are backups that the program of the time has filled (``scripts/released.py``): restoring one brings the
database to that schema, puts its rows in, and upgrades it as ``hotline db upgrade`` does.
"""

from __future__ import annotations

import json
import tarfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from schema.copying import snapshot
from schema.upgrade import current, head, knows
from tests.backup.conftest import Machine, Machines

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("released")]

FOLDER = Path(__file__).parents[1] / "data/released"
RELEASED = sorted(path.name.removesuffix(".tar.gz") for path in FOLDER.glob("*.tar.gz"))
Row = dict[str, Any]


@pytest.fixture(scope="module")
def brought_here(engine_name: str) -> dict[str, Machine]:
    """By the release's name, what its backup was restored to, on this engine."""
    return {}


@pytest.fixture
def upgraded(name: str, brought_here: dict[str, Machine], machines: Machines) -> Machine:
    """The machine of this release, to be read only."""
    if name not in brought_here:
        machine = machines()
        machine.done("restore", str(FOLDER / f"{name}.tar.gz"))
        brought_here[name] = machine
    return brought_here[name]


def kept(name: str) -> dict[str, list[Row]]:
    """Each table's rows as the release saved them."""
    with tarfile.open(FOLDER / f"{name}.tar.gz") as tar:
        listed = json.loads(content(tar, "manifest.json"))
        tables = {}
        for table in listed["tables"]:
            tables[table] = _rows(content(tar, f"database/{table}.jsonl").splitlines())
    return tables


def content(tar: tarfile.TarFile, name: str) -> bytes:
    file = tar.extractfile(name)
    assert file is not None
    return file.read()


def found(machine: Machine) -> dict[str, list[Row]]:
    """Each table's rows as they are now."""
    engine = machine.app.engine()
    assert current(engine) == head()
    with snapshot(engine) as taken:
        tables = {table: _rows(taken.lines(table)) for table in taken.names}
    engine.dispose()
    return tables


def _rows(lines: Iterable[bytes]) -> list[Row]:
    columns, *rows = map(json.loads, lines)
    return [dict(zip(columns, row, strict=True)) for row in rows]


CHANGED = {"recordings": {"sides"}}
"""Columns that a revision has filled in rows that were there."""


@pytest.mark.req("OPS-4")
@pytest.mark.parametrize("name", RELEASED)
def test_every_row_is_there_after_the_upgrade(name: str, upgraded: Machine) -> None:
    saved, now = kept(name), found(upgraded)
    assert sum(map(len, saved.values())) > 200
    for table, rows in saved.items():
        both = {column for row in rows[:1] for column in row if column in now[table][0]}
        both -= CHANGED.get(table, set())
        assert both or not rows, table
        assert sorted(_told(row, both) for row in now[table]) == sorted(_told(row, both) for row in rows), (
            table
        )


def _told(row: Row, columns: set[str]) -> str:
    return json.dumps({column: row[column] for column in columns}, sort_keys=True)


@pytest.mark.req("OPS-4")
@pytest.mark.parametrize("name", RELEASED)
def test_the_program_reads_what_an_older_one_wrote(name: str, upgraded: Machine) -> None:
    machine, saved = upgraded, kept(name)
    calls = json.loads(machine.done("calls", "list", "--last", "1000", "--json"))
    assert {call["call_id"] for call in calls} == {row["call_id"] for row in saved["calls"]}
    assert all(machine.done("calls", "show", row["call_id"]) for row in saved["calls"])
    recordings = json.loads(machine.done("recordings", "list", "--last", "1000", "--json"))
    assert len(recordings) == len(saved["recordings"])
    assert "lantian" in machine.done("site", "dump")


def test_the_newest_schema_that_was_released_is_kept() -> None:
    """``python -m scripts.released NAME`` keeps one more."""
    revisions = []
    for name in RELEASED:
        with tarfile.open(FOLDER / f"{name}.tar.gz") as tar:
            revisions.append(json.loads(content(tar, "manifest.json"))["revision"])
    assert all(map(knows, revisions))
    assert len(set(revisions)) == len(revisions) >= 5
