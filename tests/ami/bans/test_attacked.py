"""A guessing attack with the tools that attackers use, on a real Asterisk behind a real packet filter."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lab.home import temporary_home

pytestmark = [pytest.mark.asterisk, pytest.mark.req("SEC-2"), pytest.mark.xdist_group("attacked")]
IN_A_NETWORK_OF_ITS_OWN = """
ip link set lo up; ip addr add 10.9.0.1/32 dev lo; ip addr add 10.9.0.2/32 dev lo; exec "$@"
"""
PROJECT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def seen() -> Iterator[dict[str, Any]]:
    """What ``attacked.py`` saw."""
    if os.geteuid() != 0 or shutil.which("nft") is None:
        pytest.skip("needs root and nft")
    with temporary_home() as home:
        done = subprocess.run(
            ["unshare", "-n", "sh", "-c", IN_A_NETWORK_OF_ITS_OWN, "sh", sys.executable,
             "-m", "tests.ami.bans.attacked", str(home / "h")],
            cwd=PROJECT, capture_output=True, text=True, timeout=300, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        yield json.loads(done.stdout.splitlines()[-1])


def test_an_account_that_is_there_answers_like_one_that_is_not(seen: dict[str, Any]) -> None:
    assert {method: found["alike"] for method, found in seen["answers"].items()} == {
        "REGISTER": True,
        "INVITE": True,
        "OPTIONS": True,
        "SUBSCRIBE": True,
        "MESSAGE": True,
    }, seen["answers"]


def test_svwar_finds_nothing(seen: dict[str, Any]) -> None:
    assert "found nothing" in seen["svwar"]
    found = dict(re.findall(r"^\| (\w+)\s+\| (\w+)", seen["svwar_forced"], re.MULTILINE))
    found.pop("Extension", None)
    assert len(set(found.values())) <= 1, seen["svwar_forced"]


def test_svcrack_is_shut_out_within_ten_tries(seen: dict[str, Any], record_property: Any) -> None:
    record_property("tries", seen["tries"])
    assert 5 <= seen["tries"] <= 10
    assert seen["got_in"] == 0
    assert not seen["right_in_answer"]
    assert seen["svcrack_that_knows"], "the tool could not have found the right password either"
    [row] = seen["rows"]
    assert (row["address"], row["by"]) == ("10.9.0.1", "hotline")
    assert re.search(r"10\.9\.0\.1 timeout 1h expires", seen["in_kernel"])


def test_a_ban_outlives_the_helper_and_ends_when_it_is_lifted(seen: dict[str, Any]) -> None:
    assert seen["again_after_restart"] and seen["lifted"]
    assert seen["answer_while_banned"] == ""
    assert seen["answer_afterwards"].startswith("SIP/2.0 ")


def test_a_forged_address_in_the_call_id_shuts_out_the_forger(seen: dict[str, Any]) -> None:
    assert not seen["victim_shut_out"]
