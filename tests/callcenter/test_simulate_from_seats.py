"""Calls that seats make, without a call: the decision that serves them, and its reasons."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from cli import main
from tests.sample import SAMPLE

pytestmark = pytest.mark.req("IVR-9", "RT-7", "RT-5")


def simulate(home: Path, *words: str) -> Result:
    given = ["simulate", "--site", str(SAMPLE), "--json", *words]
    return CliRunner(env={"HOTLINE_HOME": str(home)}).invoke(main, given)


def told(home: Path, *words: str) -> list[dict[str, Any]]:
    done = simulate(home, *words)
    assert done.exit_code == 0, done.output
    return list(json.loads(done.output)["decisions"])


def test_a_seat_that_is_busy_has_a_mailbox_or_says_so(tmp_path: Path) -> None:
    first, second = told(tmp_path, "--from", "8001", "--did", "8002", "--outcome", "busy")
    assert (first["destination"], first["reasons"]) == ("dial PJSIP/s8002", ["8002 is seat s8002"])
    assert second["destination"].startswith(("refuse", "voicemail"))
    assert second["reasons"][0] == "8002: busy"


def test_an_agent_is_where_the_option_says(tmp_path: Path) -> None:
    (away,) = told(tmp_path, "--from", "s8001", "--did", "1001")
    assert "agent 1001 is not logged in" in away["reasons"]
    rung, answered = told(tmp_path, "--from", "s8001", "--did", "1001", "--seated", "1001=8002")
    assert rung["destination"] == "dial PJSIP/s8002"
    assert answered["reasons"] == ["1001 answered"]


def test_a_number_of_the_house_goes_on_in_its_flow(tmp_path: Path) -> None:
    done = simulate(tmp_path, "--from", "8001", "--did", "4008001000")
    whole = json.loads(done.output)
    assert whole["decisions"][0]["destination"] == "flow 4008001000"
    assert whole["steps"][0]["outcome"] == "entered"
    assert whole["decisions"][1]["reasons"] == [
        "from inside: the number of trunk e1 is taken and opens flow main"
    ]


def test_a_call_without_a_seat_or_a_trunk_comes_in_on_the_numbers_own(tmp_path: Path) -> None:
    (decision,) = told(tmp_path, "--did", "4008001000")
    assert decision["reasons"] == ["number 4008001000 on trunk e1 opens flow main"]


@pytest.mark.parametrize(
    "words",
    [
        ["--from", "7999", "--did", "8001"],
        ["--from", "8001", "--did", "8002", "--trunk", "e1"],
        ["--from", "8001", "--did", "1001", "--seated", "1001"],
        ["--from", "8001", "--did", "1001", "--seated", "9=8001"],
    ],
)
def test_what_can_not_be_read_is_said_in_one_line(tmp_path: Path, words: list[str]) -> None:
    done = simulate(tmp_path, *words)
    assert done.exit_code == 2
    assert len(done.output.strip().splitlines()) == 1


@pytest.mark.req("GW-5")
def test_the_cheapest_site_is_tried_first_and_why(tmp_path: Path) -> None:
    site = str(SAMPLE.parent / "two_sites_beijing.yaml")
    words = ("--from", "6101", "--did", "02155554444", "--outcome", "unreachable")
    out, after, _ = told(tmp_path, *words, "--site", site)
    assert out["destination"] == "out PJSIP/02155554444@to_shanghai"
    assert out["reasons"][-1] == "site shanghai reaches it at cost 10: link to_shanghai"
    assert after["reasons"] == [
        "trunk to_shanghai failed (chanunavail, cause 20)",
        "trunk line_bj, the route's number 1 (cost 60)",
    ]
