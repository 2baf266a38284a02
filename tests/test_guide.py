"""The README and the operator's guide, as typed by a newcomer: site lines load, commands are understood and work."""

from __future__ import annotations

import datetime as dt
import json
import re
import shutil
from functools import cache
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result
from ruamel.yaml import YAML

from callcenter.feature_codes import FEATURES, codes, find
from callcenter.secrets import Secrets
from callcenter.site_file.document import examine, load
from cli import Hotline, main
from dialplan_templates.context import secret_names
from tests.guide_pages import PAGES, ROOT, blocks, commands, on_top, site_lines, text
from tests.sample import SAMPLE

TOPICS = [page for page in PAGES if page != "README.md"]
CHINESE = [page for page in TOPICS if "/zh/" in page]
"""What these have in common with the English ones is tried there."""
TRIED = [page for page in PAGES if page not in CHINESE]
SITE = "site.yaml"
ELSEWHERE = {
    "agi",
    "apply",
    "doctor",
    "loadtest",
    "plan",
    "prompts",
    "render",
    "rollback",
    "up",
    "web",
    "worker",
}
"""Need an Asterisk, make sounds or stay: tests of their own run them."""
WRITTEN = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)
"""A moment at which the dates in commands lie ahead."""
STAND_FOR = {"ID": "7", "ROOM": "8801", "NUMBER": "13800138000"}
THERE_IS_NONE = re.compile(
    r"no manager connection to|there is no (call|recording|message|follow-up|kept place) (CALL|7|12)"
    r"|agent [0-9]+ is not (logged in|in wrap-up)|call CALL is not|this installation is not empty"
)
"""What a command says in a house without Asterisk and without calls."""
CODE = re.compile(r"`(\*[0-9]{1,2}[A-Z0-9*]*)`")


def written(tree: Any, folder: Path) -> Path:
    """As JSON, which is YAML too and quickly written."""
    file = folder / SITE
    file.write_text(json.dumps(tree, ensure_ascii=False, indent=1, default=str), "utf-8")
    return file


def tutorials_site() -> str:
    """The sample with the README's lines where it says."""
    belongs = re.findall(r"[Bb]elow `(\w+):`", text("README.md"))
    site = SAMPLE.read_text("utf-8")
    for key, lines in zip(belongs, blocks("README.md", "yaml"), strict=True):
        assert f"\n{key}:\n" in site
        site = site.replace(f"\n{key}:\n", f"\n{key}:\n{lines}", 1)
    return site


def sample_with(page: str) -> Any:
    return on_top(parsed(SAMPLE.read_text("utf-8")), site_lines(page))


@cache
def guided_site() -> Any:
    """The tutorial's site with the lines of every page on top."""
    tree = parsed(tutorials_site())
    for page in TRIED:
        tree = tree if page == "README.md" else on_top(tree, site_lines(page))
    return tree


@cache
def parsed(site: str) -> Any:
    return YAML(typ="safe").load(site)


# ── the site file's lines ────────────────────────────────────────────────────


@pytest.mark.slow
@pytest.mark.parametrize("page", [page for page in TRIED if page != "README.md"])
def test_the_site_files_lines_load_on_top_of_the_sample(page: str, tmp_path: Path) -> None:
    examined = examine(written(sample_with(page), tmp_path))
    assert examined.errors == []
    assert len(examined.warnings) == 1, "only the holidays that are not announced yet"


def test_the_tutorials_lines_load_where_the_readme_says(tmp_path: Path) -> None:
    file = tmp_path / "my-site.yaml"
    file.write_text(tutorials_site(), "utf-8")
    examined = examine(file)
    assert examined.errors == []
    assert len(examined.warnings) == 1


# ── commands ─────────────────────────────────────────────────────────────────


def meant(words: list[str]) -> tuple[click.Command, list[str]]:
    """The command, and what is given to it. Raises click.UsageError when there is none of the name."""
    found: click.Command = main
    with click.Context(main) as context:
        while isinstance(found, click.Group) and words and not words[0].startswith("-"):
            inner = found.get_command(context, words[0])
            if inner is None:
                raise click.UsageError(f"there is no command {words[0]}")
            found, words = inner, words[1:]
    return found, [STAND_FOR.get(word, word) for word in words]


def is_mention(words: list[str]) -> bool:
    """Named in a sentence, without what it needs."""
    command, given = meant(words)
    return not given and (isinstance(command, click.Group) or any(p.required for p in command.params))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder of who reads the guide, with the files it names."""
    shutil.copytree(ROOT / "samples", tmp_path / "samples")
    shutil.copy(written(guided_site(), tmp_path), tmp_path / "my-site.yaml")
    (tmp_path / "list.csv").write_text("list,number\nblock,13712345678\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.slow
@pytest.mark.parametrize("page", TRIED)
@pytest.mark.usefixtures("folder")
def test_every_command_is_there_with_its_options(page: str) -> None:
    told = list(commands(page))
    assert told
    for words in told:
        try:
            command, given = meant(words)
            if not is_mention(words) and "--help" not in given:
                command.make_context("hotline", given)
        except click.UsageError as error:
            pytest.fail(f"hotline {' '.join(words)}: {error.format_message()}")


@pytest.fixture(scope="session")
def guided_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose site has the lines of every page, to be copied."""
    home = tmp_path_factory.mktemp("guided") / "home"
    file = written(guided_site(), home.parent)
    for words in (["db", "upgrade"], ["site", "load", str(file)]):
        assert CliRunner().invoke(main, ["--home", str(home), *words]).exit_code == 0
    Secrets(home / "secrets.json").make(secret_names(load(file)))  # as the first apply does
    return home


@pytest.mark.slow
@pytest.mark.parametrize("page", TRIED)
def test_every_command_does_its_work_or_says_in_a_line_what_is_missing(
    page: str, guided_home: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(guided_home, folder / "home")
    monkeypatch.setattr(Hotline, "clock", staticmethod(lambda: WRITTEN))
    monkeypatch.setenv("HOTLINE_HOME", "home")
    monkeypatch.setenv("HOTLINE_AMI_PORT", "24999")
    for words in commands(page):
        if words and words[0] not in ELSEWHERE and not goes_on(words) and not is_mention(words):
            works(words)


def goes_on(words: list[str]) -> bool:
    """Does not end by itself."""
    return "--watch" in words or words[:2] == ["bans", "watch"]


def works(words: list[str]) -> None:
    """Did it, or said in one line what is missing here."""
    given = [STAND_FOR.get(word, word) for word in words]
    done: Result = CliRunner().invoke(main, given, input="135790\n", prog_name="hotline")
    told = f"hotline {' '.join(words)}: {done.exit_code} {done.output}"
    assert done.exception is None or isinstance(done.exception, SystemExit), told
    if done.exit_code:
        assert done.exit_code == 1, told
        assert len(done.stderr.splitlines()) == 1, told
        assert THERE_IS_NONE.search(done.stderr), told


# ── feature codes ────────────────────────────────────────────────────────────


IN_A_CALL = {"conferences": {"*1", "*2", "*3", "*4"}, "recording": {"*5"}, "survey": {"*6"}}
"""Keys in a call, by page; they are no feature codes."""


@pytest.mark.parametrize("page", TOPICS)
def test_every_feature_code_is_the_tables(page: str) -> None:
    own = IN_A_CALL.get(Path(page).stem, set())
    boxes = {f"*{box['number']}" for box in guided_site()["mailboxes"]}
    for told in CODE.findall(text(page)):
        dialled = re.sub("[A-Z]+", "05", told)
        assert told in own | boxes or find(codes({}), dialled) or told in codes({}), told


def test_every_feature_is_on_a_page() -> None:
    told = {code for page in TOPICS if page not in CHINESE for code in CODE.findall(text(page))}
    between = {f"*{code}" for code in (*range(11, 16), *range(51, 57))}
    for feature in FEATURES:
        assert any(code.startswith(feature.code) for code in told | between), feature


def test_every_features_name_is_told() -> None:
    names = re.findall(
        r"`([a-z_]+)`", text("docs/guide/inside.md").partition("by its name:")[2].partition("\n\n")[0]
    )
    assert names == [feature.name for feature in FEATURES]


# ── Chinese ──────────────────────────────────────────────────────────────────


def english_of(page: str) -> str:
    return page.replace("/zh/", "/")


def bare(value: Any) -> Any:
    """A snippet without the words that each language has of its own."""
    if isinstance(value, dict):
        return {key: "" if key == "title" else bare(inner) for key, inner in value.items()}
    return [bare(inner) for inner in value] if isinstance(value, list) else value


@pytest.mark.parametrize("page", CHINESE)
def test_a_chinese_page_has_the_same_site_lines(page: str) -> None:
    assert bare(site_lines(page)) == bare(site_lines(english_of(page)))


@pytest.mark.parametrize("page", CHINESE)
def test_a_chinese_page_has_the_same_commands(page: str) -> None:
    def told(of: str) -> set[str]:
        free = ("--note", "--result")
        return {
            " ".join(
                "…" if before in free else word for before, word in zip(["", *words[:-1]], words, strict=True)
            )
            for words in commands(of)
            if len(words) > 1
        }

    assert told(page) == told(english_of(page))


@pytest.mark.parametrize("page", CHINESE)
def test_a_chinese_page_has_the_same_feature_codes(page: str) -> None:
    assert set(CODE.findall(text(page))) == set(CODE.findall(text(english_of(page))))


def test_every_topic_has_a_chinese_page() -> None:
    assert {english_of(page) for page in CHINESE} == {*TOPICS} - {*CHINESE, "docs/guide/zh.md"}
