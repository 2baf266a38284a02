"""``hotline loadtest`` itself, against another SIP server than its own: calls, figures, report, bounds."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from lab.instance import AsteriskInstance
from tests.json_keys import lost_of
from tests.lab.conftest import SWITCH, TRUNK

LOAD = """
title: {en: Six keys, zh: 六个按键}
callers:
  - name: presses
    title: {en: presses six keys, zh: 按六个键}
    share: 60
    dials: "100"
    keys: [{key: "1", think: [0.2, 0.6]}, {key: "2", think: [0.2, 0.4]}, {key: "3", think: [0.2, 0.4]},
           {key: "4", think: [0.2, 0.4]}, {key: "5", think: [0.2, 0.4]}, {key: "6", think: [0.2, 0.4]}]
  - name: leaves
    title: {en: gives up, zh: 挂机}
    share: 30
    dials: "300"
    abandons: {chance: 1, after: [0.5, 2]}
  - name: lost
    title: {en: dials what is not there, zh: 空号}
    share: 10
    dials: "404"
"""


def loadtest(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "cli", "--home", str(home), "loadtest", *words]
    return subprocess.run(command, env=os.environ, capture_output=True, text=True, check=False, timeout=120)


def at(home: Path, *words: str) -> Sequence[str]:
    file = home / "six_keys.yaml"
    file.write_text(LOAD)
    target = f"{SWITCH.ip}:{SWITCH.port}"
    return (str(file), "--target", target, "--from", TRUNK.ip, "--rate", "5", "--seconds", "4", *words)


@pytest.mark.e2e
def test_a_load_is_placed_by_its_plan_and_what_fails_is_told_with_its_cause(
    asterisk: AsteriskInstance, tmp_path: Path
) -> None:
    done = loadtest(tmp_path, *at(tmp_path, "--schedule", "soak", "--seed", "2", "--json"))
    asterisk.wait_idle()
    found = json.loads(done.stdout)
    assert lost_of("loadtest", found) == []
    kinds = found["kinds"]
    assert kinds["presses"][:2] == [kinds["presses"][0]] * 2
    assert kinds["leaves"][2] == kinds["presses"][2] == 0
    assert kinds["lost"][1:] == [0, kinds["lost"][0]]
    assert found["failures"] == {"404 Not Found": kinds["lost"][0]}
    assert (found["right"], done.returncode) == (False, 1)
    assert found["calls"] == sum(row[0] for row in kinds.values())
    assert found["delays"]["answer"]["p50"] > 0
    assert found["books"] is None
    assert "404 Not Found" in Path(found["report"]).read_text("utf-8")
    keyed = asterisk.rx("database show keys")
    assert keyed.count("123456") >= kinds["presses"][0]


def test_nothing_is_sent_to_a_public_address(tmp_path: Path) -> None:
    done = loadtest(tmp_path, "menus", "--target", "8.8.8.8")
    assert (done.returncode, done.stdout) == (1, "")
    assert "8.8.8.8 is a public address" in done.stderr


def test_without_a_name_it_tells_which_loads_there_are(tmp_path: Path) -> None:
    rows = json.loads(loadtest(tmp_path, "--json").stdout)
    assert [row["name"] for row in rows] == ["crowded", "menus", "office"]
    assert rows[2].keys() == {"name", "title", "callers", "agents"}
