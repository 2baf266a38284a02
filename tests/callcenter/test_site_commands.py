"""``hotline site`` as a person uses it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Engine

from callcenter.errors import HotlineError
from callcenter.settings import Settings
from callcenter.site_file.commands import group
from callcenter.site_file.schema import schema_text
from schema.session import engine_for
from tests.databases import sqlite_copy

SAMPLE = Path(__file__).parents[2] / "samples/telecom_zh_en.yaml"


@dataclass
class App:
    """The program as these commands see it."""

    settings: Settings
    opened: Engine

    def engine(self) -> Engine:
        """The engine."""
        return self.opened


@pytest.fixture
def app(tmp_path: Path, migrated: Path) -> Iterator[App]:
    """A program with an empty SQLite database."""
    engine = sqlite_copy(migrated, tmp_path)
    yield App(Settings(home=tmp_path), engine)
    engine.dispose()


def run(app: App, *words: str | Path) -> Result:
    """Run ``hotline site`` with these words; an error is what ``hotline`` would print."""
    return CliRunner().invoke(group, [str(word) for word in words], obj=app)


def error(result: Result) -> str:
    """The line that ``hotline`` prints for an error."""
    assert isinstance(result.exception, HotlineError)
    return str(result.exception)


def test_a_loaded_site_is_dumped_byte_for_byte(app: App, tmp_path: Path) -> None:
    assert run(app, "load", SAMPLE).exit_code == 0
    assert run(app, "dump").stdout == SAMPLE.read_text()
    assert run(app, "dump", "--out", tmp_path / "out.yaml").output == ""
    assert (tmp_path / "out.yaml").read_text() == SAMPLE.read_text()


def test_load_tells_what_changed(app: App, tmp_path: Path) -> None:
    run(app, "load", SAMPLE)
    other = tmp_path / "other.yaml"
    other.write_text(SAMPLE.read_text().replace("strategy: linear", "strategy: random"))
    result = run(app, "load", other)
    assert result.stdout.splitlines()[1:] == ["changed queues/english"]
    assert result.stderr == "site lantian: saved\n"
    again = run(app, "load", other, "--json")
    assert json.loads(again.stdout)["changes"] == []


def test_load_warns_that_comments_are_not_kept(app: App, tmp_path: Path) -> None:
    file = tmp_path / "commented.yaml"
    file.write_text("# my site\n" + SAMPLE.read_text())
    assert f"warning: {file}: comments are not kept" in run(app, "load", file).stdout


def test_load_refuses_a_wrong_file_with_all_its_problems(app: App, tmp_path: Path) -> None:
    file = tmp_path / "wrong.yaml"
    file.write_text("name: Wrong\ntitle: a\nlanguages: [zh]\n")
    assert error(run(app, "load", file)).splitlines() == [
        f'{file}:1: name: "Wrong" will not do: give lower-case letters, digits and _, a letter first,'
        " at most 40",
        f"{file}:1: timezone: is missing: add timezone",
    ]


def test_check_passes_the_sample_with_a_warning(app: App) -> None:
    result = run(app, "check", SAMPLE)
    assert result.exit_code == 0
    assert result.stdout.startswith(f"warning: {SAMPLE}:")
    assert result.stderr == f"{SAMPLE}: 0 errors, 1 warning\n"


def test_check_prints_problems_one_a_line_and_exits_1(app: App, tmp_path: Path) -> None:
    file = tmp_path / "wrong.yaml"
    file.write_text(SAMPLE.read_text().replace("flow: duty", "flow: dutty"))
    result = run(app, "check", file)
    assert result.exit_code == 1
    assert result.stdout.splitlines()[0].endswith("dids[3].flow: there is no flow dutty; did you mean duty?")
    as_json = run(app, "check", file, "--json")
    assert as_json.exit_code == 1
    assert len(json.loads(as_json.stdout)["errors"]) == 1


def test_schema_prints_the_json_schema(app: App) -> None:
    assert run(app, "schema").stdout == schema_text()


def test_what_is_missing_is_one_line(app: App, tmp_path: Path) -> None:
    assert error(run(app, "dump")) == "no site has been loaded: run hotline site load FILE.yaml"
    run(app, "load", SAMPLE)
    assert error(run(app, "dump", "moon")) == "there is no site moon; there are: lantian"
    wrong = run(app, "dump", "--out", tmp_path / "none/out.yaml")
    assert error(wrong) == f"{tmp_path}/none/out.yaml: can't be written: No such file or directory"


def test_a_database_that_was_not_set_up_is_one_line(tmp_path: Path) -> None:
    app = App(Settings(home=tmp_path), engine_for(f"sqlite:///{tmp_path}/empty.db"))
    assert error(run(app, "dump")) == "the database has not been set up: run hotline db upgrade"
    app.opened.dispose()
