"""The sheet for people, and the commands that print it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from callcenter.errors import HotlineError
from callcenter.settings import Settings
from callcenter.site_file import store as site_store
from cli import Hotline, main
from phones.sheet import WORDS, as_page, as_text
from tests.phones.accounts import account_of, seat_of, site_of

Run = Callable[..., Result]


@pytest.mark.req("GW-4")
@pytest.mark.parametrize("language", ["zh", "en"])
def test_everything_that_is_typed_is_on_the_sheet(language: str) -> None:
    account = account_of("yealink")
    for sheet in (as_text(account, language), as_page([account], language)):
        for typed in ("desk1", "8101", account.password, "pbx.example.com", "5061", "TLS", account.folder):
            assert str(typed) in sheet
        assert WORDS[language]["secret"] in sheet


def test_both_languages_have_the_same_words() -> None:
    assert WORDS["zh"].keys() == WORDS["en"].keys()


def test_each_phone_has_a_sheet_of_paper_and_a_hostile_name_stays_a_name() -> None:
    page = as_page([account_of("yealink", "<script>x</script>"), account_of("fanvil")], "zh")
    assert page.count("<section>") == 2
    assert "page-break-after" in page
    assert "<script>" not in page


def test_a_language_without_a_sheet_is_told() -> None:
    with pytest.raises(HotlineError, match="there are: zh, en"):
        as_text(account_of("yealink"), "fr")


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command at a house with two seats."""
    home = tmp_path / "home"
    for name, value in {"PHONES_HOST": "pbx.example.com", "PHONES_PORT": "8443", "AMI_PORT": "24999"}.items():
        monkeypatch.setenv(f"HOTLINE_{name}", value)

    def run(*words: str) -> Result:
        return CliRunner().invoke(main, ["--home", str(home), *words])

    assert run("db", "upgrade").exit_code == 0
    app = Hotline(Settings(home=home))
    plain = seat_of("fanvil").model_copy(update={"name": "soft1", "number": "8102", "phone": None})
    web = plain.model_copy(update={"name": "web1", "number": "8103", "kind": "browser", "encryption": "none"})
    with app.sessions().begin() as session:
        site_store.save(session, site_of(seat_of("yealink"), plain, web), "test", app.clock)
    return run


def test_a_sheet_is_printed_by_number_or_seat_and_nobody_else_reads_the_file(
    run: Run, tmp_path: Path
) -> None:
    by_number, by_seat = run("phones", "sheet", "8101"), run("phones", "sheet", "desk1")
    assert by_number.exit_code == 0
    assert by_number.output == by_seat.output
    assert "分机号" in by_number.output
    out = tmp_path / "sheets.html"
    done = run("phones", "sheet", "--all", "--html", "--language", "en", "--out", str(out))
    assert done.exit_code == 0, done.output
    assert out.stat().st_mode & 0o777 == 0o600
    assert out.read_text().count("<section>") == 2
    assert not re.search(r"[A-Za-z0-9]{24}", done.output.replace(str(out), ""))


def test_list_and_show_tell_no_secret(run: Run) -> None:
    run("phones", "sheet", "--all")
    for words in (["list"], ["show", "8101"]):
        done = run("phones", *words, "--json")
        assert done.exit_code == 0, done.output
        assert not re.search(r'"[A-Za-z0-9]{24}"', done.output)
    shown = json.loads(done.stdout)
    assert (shown["file"], shown["port"], shown["signed_in"]) == ("805e0c112233.cfg", 5061, None)


def test_a_browser_is_shown_to_come_by_websocket(run: Run) -> None:
    shown = json.loads(run("phones", "show", "8103", "--json").stdout)
    assert (shown["sign_in_transport"], shown["port"], shown["encrypted"]) == ("wss", None, True)


def test_a_new_token_changes_the_address(run: Run) -> None:
    def address() -> str:
        return next(line for line in run("phones", "sheet", "8101").output.splitlines() if "自动配置" in line)

    before = address()
    assert run("phones", "new-token", "8101").exit_code == 0
    assert address() != before


def test_a_phones_file_is_printed_to_be_uploaded_by_hand(run: Run) -> None:
    assert run("phones", "file", "8101").output.startswith("#!version:1.0.0.1\n")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["file", "8102"], "seat soft1 has no phone in the site file"),
        (["show", "9999"], "there is no seat 9999; see hotline phones list"),
        (["sheet"], "name the numbers, or say --all"),
        (["sheet", "8103"], "seat web1 is a browser: nothing is typed into it"),
    ],
)
def test_what_can_not_be_done_is_told_in_one_line(run: Run, words: list[str], told: str) -> None:
    done = run("phones", *words)
    assert done.exit_code == 1
    assert told in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_nothing_is_served_without_a_port(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HOTLINE_PHONES_PORT")
    assert "set HOTLINE_PHONES_PORT" in run("phones", "serve").stderr
