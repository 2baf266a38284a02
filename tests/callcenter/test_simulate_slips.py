"""An option of a simulation that names what is not there gives one clear line, never a path."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cli import main
from tests.sample import SAMPLE

pytestmark = pytest.mark.req("IVR-9")


def simulate(home: Path, *words: str) -> Result:
    given = ["simulate", "--site", str(SAMPLE), "--at", "2026-10-13T09:30", *words]
    return CliRunner(env={"HOTLINE_HOME": str(home)}).invoke(main, given)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--trunk", "nope"], "--trunk: there is no trunk nope; the site has e1, "),
        (["--outcome", "bogus"], "--outcome bogus: there is no such outcome; write "),
        (["--closed", "nope"], "--closed: there is no calendar nope; the site has office"),
        (["--vip", "agent=9"], "--vip: there is no agent 9; the site has 1001, 1002, "),
        (["--vip", "queue=nope"], "--vip: there is no queue nope; the site has "),
        (["--vip", "wait=-5"], "--vip wait=-5: give 0 to 600"),
        (["--agent-state", "9=busy"], "--agent-state: there is no agent 9; the site has 1001, "),
        (["--last-agent", "99=2h"], "--last-agent: there is no agent 99; the site has 1001, "),
        (["--caller", "138;DROP"], "--caller 138;DROP: write a telephone number, "),
        (["--did", "400x"], "--did 400x: write a telephone number, "),
        (["--press", "x"], "--press x: keys are 0 to 9, * and #, "),
        (["--press", "2,1,abc"], "--press 2,1,abc: keys are 0 to 9, * and #, "),
        (["--real", "--blocked"], "--real takes the database's lists and closings: leave out "),
        (["--from", "7999"], "there is no seat 7999; the site has s8001, "),
        (["--seated", "9=8001"], "--seated 9=8001: write it as 1001=8001; there is no agent 9"),
    ],
)
def test_a_name_that_is_not_there_is_refused_with_those_that_are(
    tmp_path: Path, words: list[str], told: str
) -> None:
    did = [] if "--did" in words else ["--did", "4008001000"]
    done = simulate(tmp_path, *did, *words)
    assert (done.exit_code, len(done.output.splitlines())) == (2, 1), done.output
    assert done.output.startswith(f"hotline: {told}")


def test_an_outcome_that_the_step_can_not_come_to_is_refused(tmp_path: Path) -> None:
    words = ("--did", "4008001000", "--trunk", "e1", "--press", "0", "--outcome", "timeout")
    assert simulate(tmp_path, *words).exit_code == 0
    done = simulate(tmp_path, *words, "--outcome", "busy")
    assert (done.exit_code, len(done.output.splitlines())) == (2, 1), done.output
    assert "--outcome busy: " in done.output
    assert "(voicemail) can come to failed, left, no_message, success, userexit" in done.output
    assert simulate(tmp_path, *words, "--outcome", "no_message").exit_code == 0


def test_a_key_that_does_not_leave_the_queue_is_refused(tmp_path: Path) -> None:
    done = simulate(tmp_path, "--did", "4008001000", "--trunk", "e1", "--press", "0", "--outcome", "key-9")
    assert done.exit_code == 2
    assert "(queue) can come to " in done.output


def test_a_phone_comes_to_what_a_phone_can(tmp_path: Path) -> None:
    done = simulate(tmp_path, "--from", "8001", "--did", "8002", "--outcome", "timeout")
    assert done.exit_code == 2
    assert "--outcome timeout: dial PJSIP/s8002 (phone) can come to answer, busy, " in done.output


def test_a_tier_is_one_that_the_site_asks_for_where_it_asks_for_any(tmp_path: Path) -> None:
    site = tmp_path / "site.yaml"
    rules = "rules:\n  - {name: best, tiers: [gold], queue: service}\n"
    site.write_text(SAMPLE.read_text(encoding="utf-8") + rules, encoding="utf-8")
    words = ("--did", "4008001000", "--site", str(site))
    assert simulate(tmp_path, *words, "--vip", "tier=gold").exit_code == 0
    done = simulate(tmp_path, *words, "--vip", "tier=nope")
    assert (done.exit_code, "there is no tier nope; the site has gold" in done.output) == (2, True), (
        done.output
    )


def test_a_tier_that_nothing_asks_for_is_warned_of(tmp_path: Path) -> None:
    done = simulate(tmp_path, "--did", "4008001000", "--vip", "tier=gold")
    assert (done.exit_code, done.output.splitlines()[-1]) == (
        0,
        "warning: no rule and no flow asks for tier gold",
    )
