"""``hotline`` as a person meets it: quick, one line for each error, the same facts as JSON."""

from __future__ import annotations

import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from cli import COMMANDS, main

ROOT = Path(__file__).parents[1]
SAMPLE = ROOT / "samples/telecom_zh_en.yaml"
NAMES = [name for part in COMMANDS.values() for name in part]
NOBODY_LISTENS = "24999"
Run = Callable[..., Result]


@pytest.fixture
def hotline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs ``hotline …`` in a home of its own, where there is no Asterisk."""
    monkeypatch.setenv("HOTLINE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("HOTLINE_AMI_PORT", NOBODY_LISTENS)

    def run(*words: str, **more: str) -> Result:
        return CliRunner().invoke(main, list(words), prog_name="hotline", **more)

    return run


@pytest.fixture
def with_site(hotline: Run, home_with_site: Path, tmp_path: Path) -> Run:
    """The same with a database and the sample site in it."""
    shutil.copytree(home_with_site, tmp_path / "home")
    return hotline


def one_line(result: Result, status: int = 1) -> str:
    """The one line of an error, after ``hotline: ``."""
    assert result.exit_code == status, result.output
    assert result.exception is None or isinstance(result.exception, SystemExit)
    [line] = result.stderr.splitlines()
    return line.removeprefix("hotline: ")


def all_commands(group: click.Group, path: str = "") -> Iterator[tuple[str, click.Command]]:
    """Every command that does something, by its whole name."""
    with click.Context(group) as context:
        for name in group.list_commands(context):
            command = group.get_command(context, name)
            if isinstance(command, click.Group):
                yield from all_commands(command, f"{path}{name} ")
            elif command is not None:
                yield f"{path}{name}", command


# ── the help page, versions, completion ──────────────────────────────────────


def test_the_help_page_takes_less_than_four_tenths_of_a_second() -> None:
    child = os.posix_spawn(
        sys.executable,
        [sys.executable, "-c", "import cli; cli.main(['--help'])"],
        os.environ | {"PYTHONPATH": str(ROOT)},
        file_actions=[(os.POSIX_SPAWN_OPEN, 1, "/dev/null", os.O_WRONLY, 0)],
    )
    _, status, used = os.wait4(child, 0)
    assert status == 0
    assert used.ru_utime + used.ru_stime < 0.4


def test_the_help_page_has_every_command_under_a_heading(hotline: Run) -> None:
    text = hotline("--help").output
    assert all(f"{heading}:" in text for heading in COMMANDS)
    assert all(re.search(rf"^  {name}  ", text, re.MULTILINE) for name in NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_every_command_is_there_and_says_what_it_is_for(hotline: Run, name: str) -> None:
    result = hotline(name, "--help")
    assert result.exit_code == 0
    assert result.output.startswith(f"Usage: hotline {name}")


def test_every_list_and_show_command_takes_json() -> None:
    wanted = re.compile(r"(^|\s)(list|show|status|current|history|scores|audit|version|doctor)$")
    without = [
        name
        for name, command in all_commands(main)
        if wanted.search(name) and not any("--json" in option.opts for option in command.params)
    ]
    assert without == []


def test_version_says_all_versions(with_site: Run) -> None:
    told = json.loads(with_site("version", "--json").output)
    assert told.keys() == {"hotline", "python", "asterisk", "database"}
    assert told["database"]["revision"] == told["database"]["needed"]
    assert f"hotline {told['hotline']}" in with_site("--version").output


def test_the_bare_program_is_its_help_page(hotline: Run) -> None:
    told = hotline()
    assert (told.exit_code, told.stderr) == (0, "")
    assert told.stdout == hotline("--help").stdout


@pytest.mark.parametrize("group", ["calls", "site", "lab"])
def test_a_bare_group_is_its_help_page_and_not_an_error(hotline: Run, group: str) -> None:
    told = hotline(group)
    assert (told.exit_code, told.stdout) == (2, "")
    assert told.stderr == hotline(group, "--help").stdout


def test_a_second_log_in_at_the_same_seat_says_that_it_is_one(with_site: Run) -> None:
    words = ("agents", "login", "1001", "--seat", "s8001")
    assert "agent 1001 is logged in at s8001" in with_site(*words).output
    began = json.loads(with_site("agents", "list", "--json").stdout)[0]["began_at"]
    assert "agent 1001 is logged in there already" in with_site(*words).output
    assert json.loads(with_site("agents", "list", "--json").stdout)[0]["began_at"] == began


def test_an_argument_that_is_missing_is_one_line(hotline: Run) -> None:
    told = "Missing argument 'SHELL'. Choose from: bash, zsh, fish (see hotline completion --help)"
    assert one_line(hotline("completion"), 2).replace("{bash|zsh|fish}", "SHELL") == told


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_prints_the_shells_script(hotline: Run, shell: str) -> None:
    assert "_HOTLINE_COMPLETE" in hotline("completion", shell).output


def test_a_shell_completes_commands_without_loading_them() -> None:
    code = (
        "import atexit, sys, cli\n"
        "heavy = ('sqlalchemy', 'recordings.commands', 'pydantic_settings')\n"
        "atexit.register(lambda: print([name for name in heavy if name in sys.modules]))\n"
        "cli.main(prog_name='hotline')"
    )
    words = {"_HOTLINE_COMPLETE": "bash_complete", "COMP_WORDS": "hotline re", "COMP_CWORD": "1"}
    told = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=os.environ | words,
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout.splitlines() == ["plain,render", "plain,recordings", "plain,restore", "[]"]


# ── errors ───────────────────────────────────────────────────────────────────

MISTAKES = {
    "unknown call": ("calls show no-such-call", "see hotline calls list"),
    "unknown recording": ("recordings show 99", "see hotline recordings list"),
    "unknown agent": ("agents login 9999 --seat s8001", "see hotline agents list"),
    "unknown seat": ("agents login 1001 --seat nowhere", "the site has s8001"),
    "agent not logged in": ("agents pause 1001", "not logged in"),
    "unknown secret": ("secrets show trunk/none", "see hotline secrets list"),
    "no former version": ("rollback", "there is no former version"),
    "no such version": ("rollback 7", "there is no version 7"),
    "no Asterisk": ("queues status", "see that Asterisk runs"),
    "no site file": ("site load nothing.yaml", "nothing.yaml"),
}


@pytest.mark.parametrize("what", MISTAKES)
def test_a_mistake_is_one_line_that_says_how_to_mend_it(with_site: Run, what: str) -> None:
    words, said = MISTAKES[what]
    assert said in one_line(with_site(*words.split()))


NOT_UNDERSTOOD = {
    "unknown command": ("calls-list", "No such command"),
    "unknown option": ("calls list --yesterday", "No such option"),
    "no argument": ("calls show", "Missing argument 'CALL_ID'"),
    "not a number": ("recordings show abc", "is not a valid integer"),
    "no kind of secret": ("secrets show desk1", "write KIND/NAME"),
}


@pytest.mark.parametrize("what", NOT_UNDERSTOOD)
def test_what_is_not_understood_ends_with_2_and_names_the_help_page(hotline: Run, what: str) -> None:
    words, said = NOT_UNDERSTOOD[what]
    line = one_line(hotline(*words.split()), status=2)
    assert said in line
    assert "--help)" in line


@pytest.mark.parametrize(
    "words", ["calls list", "gaps list", "scores", "recordings list", "agents list", "plan"]
)
def test_without_tables_every_command_says_how_to_make_them(hotline: Run, words: str) -> None:
    assert "run hotline db upgrade" in one_line(hotline(*words.split()))


@pytest.mark.parametrize(
    "words", ["agents list", "plan", "render --out x", "recordings audit", "prompts list"]
)
def test_without_a_site_every_command_says_how_to_load_one(
    hotline: Run, words: str, migrated: Path, tmp_path: Path
) -> None:
    (tmp_path / "home/database").mkdir(parents=True)
    shutil.copy(migrated, tmp_path / "home/database")
    assert "hotline site load" in one_line(hotline(*words.split()))


@pytest.mark.parametrize(
    ("name", "value", "status", "said"),
    [
        ("HOTLINE_AMI_PORT", "abc", 2, "HOTLINE_AMI_PORT: Input should be a valid integer"),
        ("HOTLINE_AMI_PORT", "70000", 2, "HOTLINE_AMI_PORT: Input should be less than or equal to 65535"),
        ("HOTLINE_LOG_LEVEL", "loud", 2, "HOTLINE_LOG_LEVEL: Input should be 'debug'"),
        ("HOTLINE_DATABASE_URL", "mysql://root@localhost/x", 1, "sqlite:/// or postgresql://"),
        ("HOTLINE_DATABASE_URL", "postgresql://nobody@127.0.0.1:24998/x", 1, "refused"),
        ("HOTLINE_DATABASE_URL", "nonsense", 1, "URL"),
        ("HOTLINE_HOME", "/dev/null", 1, "/dev/null"),
    ],
)
def test_a_bad_setting_is_named(
    hotline: Run, monkeypatch: pytest.MonkeyPatch, name: str, value: str, status: int, said: str
) -> None:
    monkeypatch.setenv(name, value)
    assert said in one_line(hotline("calls", "list"), status)


@pytest.mark.slow
def test_a_locked_database_is_one_line(with_site: Run, tmp_path: Path) -> None:
    holder = sqlite3.connect(tmp_path / "home/database/hotline.db", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    try:
        assert "the database is locked" in one_line(with_site("agents", "login", "1001", "--seat", "s8001"))
    finally:
        holder.close()


def test_a_damaged_database_is_one_line(with_site: Run, tmp_path: Path) -> None:
    for file in (tmp_path / "home/database").glob("hotline.db*"):
        file.write_bytes(b"nonsense" * 1000)
    assert "put it back from a backup" in one_line(with_site("agents", "list"))


def test_a_torn_secrets_file_is_one_line(hotline: Run, tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home/secrets.json").write_text('{"agi/tok')
    assert "put it back from a backup" in one_line(hotline("secrets", "list"))


@pytest.mark.slow
def test_a_reader_that_leaves_early_is_no_error() -> None:
    command = f"{sys.executable} -m cli site schema | head -n 1"
    done = subprocess.run(["sh", "-c", command], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stderr == ""


# ── what commands do ─────────────────────────────────────────────────────────


def test_a_secret_comes_from_stdin_and_only_show_tells_it(hotline: Run) -> None:
    assert hotline("secrets", "set", "trunk/provider", input="a-long-password\n").exit_code == 0
    assert "a-long-password" not in hotline("secrets", "list").output
    assert json.loads(hotline("secrets", "list", "--json").output) == ["trunk/provider"]
    assert hotline("secrets", "show", "trunk/provider").output == "a-long-password\n"


def test_a_secret_can_not_be_given_on_the_command_line(hotline: Run) -> None:
    assert "unexpected extra argument" in one_line(hotline("secrets", "set", "trunk/x", "password"), status=2)


def test_showing_a_secret_does_not_make_one(hotline: Run) -> None:
    hotline("secrets", "show", "trunk/x")
    assert json.loads(hotline("secrets", "list", "--json").output) == []


def test_agents_are_seated_and_paused_though_asterisk_is_away(with_site: Run) -> None:
    said = with_site("agents", "login", "1001", "--seat", "s8001")
    assert "the queues follow when Asterisk is there" in said.output
    with_site("agents", "pause", "1001", "--reason", "lunch")
    [row] = [row for row in json.loads(with_site("agents", "list", "--json").output) if row["seat"]]
    assert (row["agent"], row["seat"], row["paused_reason"]) == ("1001", "s8001", "lunch")
    with_site("agents", "unpause", "1001")
    with_site("agents", "logout", "1001")
    assert all(row["seat"] is None for row in json.loads(with_site("agents", "list", "--json").output))


def test_a_command_prints_no_log_lines(with_site: Run) -> None:
    said = with_site("agents", "login", "1001", "--seat", "s8001")
    assert said.stderr == ""


def test_prompts_are_listed_before_they_are_made(with_site: Run) -> None:
    rows = json.loads(with_site("prompts", "list", "--missing", "--json").output)
    assert {"welcome", "agent-1001"} <= {row["name"] for row in rows}
    assert {row["language"] for row in rows} == {"zh", "en"}
    assert all(row["file"] is None for row in rows)


def test_a_table_and_json_tell_the_same_rows(with_site: Run) -> None:
    rows = json.loads(with_site("agents", "list", "--json").output)
    lines = with_site("agents", "list").output.splitlines()[1:]
    assert [line.split()[0] for line in lines] == [row["agent"] for row in rows]


@pytest.mark.req("OPS-1")
@pytest.mark.parametrize("process", ["ami", "worker"])
def test_a_process_without_a_database_or_a_site_says_so_in_one_line(process: str, hotline: Run) -> None:
    assert one_line(hotline(process)) == "the database has not been set up: run hotline db upgrade"
    assert hotline("db", "upgrade").exit_code == 0
    assert one_line(hotline(process)) == "no site has been loaded: run hotline site load FILE.yaml"
