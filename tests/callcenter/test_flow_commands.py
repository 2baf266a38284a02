"""``hotline flows``: the versions there are, and what differs between two."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from callcenter.site_file.store import publish, save
from cli import main
from schema.session import session_factory
from tests.callcenter.flow_sites import flow, site
from tests.databases import sqlite_copy
from tests.json_keys import lost_of

pytestmark = [pytest.mark.req("IVR-8")]
AT = dt.datetime(2026, 3, 2, 1, 0, tzinfo=dt.UTC)
FIRST = flow({"begin": {"kind": "hangup", "prompts": ["hello"]}, "old": {"kind": "hangup"}})
SECOND = flow({"begin": {"kind": "hangup", "prompts": ["hello", "sorry"]}, "new": {"kind": "hangup"}})


@pytest.fixture
def home(tmp_path: Path, migrated: Path) -> Path:
    """A home with three versions of flow main, the second of them published."""
    (tmp_path / "database").mkdir()
    engine = sqlite_copy(migrated, tmp_path / "database")
    with session_factory(engine).begin() as session:
        save(session, site(FIRST), "li", lambda: AT)
        save(session, site(SECOND), "li", lambda: AT)
        publish(session, site(SECOND), "li", lambda: AT)
        save(session, site({**SECOND, "start": "new"}), "wang", lambda: AT)
    engine.dispose()
    return tmp_path


def run(home: Path, *words: str) -> Result:
    return CliRunner().invoke(main, ["--home", str(home), "flows", *words])


def test_the_steps_that_differ_are_shown_with_their_lines(home: Path) -> None:
    result = run(home, "diff", "main", "1", "2")
    assert result.exit_code == 0
    assert result.output.splitlines() == [
        "changed steps/begin",
        "  -  prompts: [hello]",
        "  +  prompts: [hello, sorry]",
        "added steps/new",
        "  +new:",
        "  +  kind: hangup",
        "removed steps/old",
        "  -old:",
        "  -  kind: hangup",
    ]


def test_the_second_version_is_the_newest_unless_named(home: Path) -> None:
    assert run(home, "diff", "main", "2").output.splitlines() == [
        "changed flow/start",
        "  -start: begin",
        "  +start: new",
    ]
    assert run(home, "diff", "main", "3").output == "nothing differs\n"


def test_json_has_both_sides(home: Path) -> None:
    told = json.loads(run(home, "diff", "main", "2", "1", "--json").output)
    assert (told["flow"], told["from"], told["to"]) == ("main", 2, 1)
    assert lost_of("flows diff", told) == []
    found = {(one["what"], one["part"], one["key"]): one for one in told["differences"]}
    assert found.keys() == {
        ("changed", "steps", "begin"),
        ("added", "steps", "old"),
        ("removed", "steps", "new"),
    }
    assert found["changed", "steps", "begin"]["after"]["prompts"] == ["hello"]
    assert found["removed", "steps", "new"]["after"] is None


def test_versions_are_listed_with_their_state(home: Path) -> None:
    rows = json.loads(run(home, "list", "main", "--json").output)
    assert [(row["number"], row["state"], row["created_by"]) for row in rows] == [
        (1, "retired", "li"),
        (2, "published", "li"),
        (3, "draft", "wang"),
    ]
    assert "2026-03-02 09:00:00" in run(home, "list").output


@pytest.mark.parametrize(
    ("words", "said"),
    [(("diff", "main", "9"), "has no version 9"), (("diff", "moon", "1"), "there is no flow moon")],
)
def test_what_is_not_there_is_one_line(words: tuple[str, ...], said: str, home: Path) -> None:
    result = run(home, *words)
    assert result.exit_code == 1
    assert said in result.output
