"""``hotline db`` as a person uses it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Engine

from schema.commands import group
from schema.session import engine_for
from schema.upgrade import head


@dataclass
class App:
    """The part of the program these commands need."""

    opened: Engine

    def engine(self) -> Engine:
        """The engine."""
        return self.opened


def run(engine: Engine, *words: str) -> Result:
    """Run ``hotline db`` with these words."""
    return CliRunner().invoke(group, list(words), obj=App(engine))


@pytest.mark.slow
def test_upgrade_tells_what_it_did_and_repeats_safely(empty: Engine) -> None:
    first, second = run(empty, "upgrade"), run(empty, "upgrade")
    assert first.output == f"database brought from nothing to revision {head()}\n"
    assert second.output == f"database is at revision {head()} already\n"
    assert (first.exit_code, second.exit_code) == (0, 0)


def test_current_says_what_is_missing_and_exits_1(empty: Engine) -> None:
    result = run(empty, "current")
    assert result.output == f"database is at nothing, needs {head()}: run hotline db upgrade\n"
    assert result.exit_code == 1


def test_current_prints_json(engine: Engine) -> None:
    result = run(engine, "current", "--json")
    assert json.loads(result.output) == {"current": head(), "head": head()}
    assert result.exit_code == 0


@pytest.mark.slow
def test_upgrade_makes_the_folder_of_a_new_home(tmp_path: Path) -> None:
    engine = engine_for(f"sqlite:///{tmp_path}/new/home/hotline.db")
    assert run(engine, "upgrade").exit_code == 0
    assert (tmp_path / "new/home/hotline.db").is_file()


def test_a_server_that_is_away_is_one_line() -> None:
    result = run(engine_for("postgresql://hotline@127.0.0.1:26001/hotline"), "upgrade")
    assert result.exit_code == 1
    assert result.output.count("\n") == 1
    assert result.output.startswith("Error: the database did not do it: connection")
