"""``--json`` of every command: valid, and with the keys that programs have come to know (``golden/json_keys.json``)."""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from callcenter.settings import Settings
from cli import Hotline, main
from schema.boards import LineState
from schema.calls import Call, CallbackRequest, Gap, Leg, Recording, Score, Step, Visit, VoicemailMessage
from schema.conferences import Conference, ConferenceMember
from schema.config import ConfigVersion
from schema.follow_ups import FollowUp
from schema.surveys import Invitation
from schema.trunks import TrunkOutage
from tests.json_keys import GOLDEN, keys, lost, lost_of
from tests.test_cli import SAMPLE, all_commands

AT = dt.datetime(2026, 10, 13, 2, tzinfo=dt.UTC)
DAY = "--from 2026-10-13 --to 2026-10-14"
ELSEWHERE = {
    "apply",
    "boards status",
    "conferences list",
    "demo",
    "flows diff",
    "loadtest",
    "plan",
    "prompts build",
    "queues status",
    "rollback",
}
"""Need an Asterisk, make sounds, or compare what was published: tests of their own read their JSON, and the keys."""
UNREAD = {"prompts build"}
"""Makes every sound of a site; nobody reads its keys."""
GIVEN = {
    "agents times": f"agents times {DAY}",
    "callers check": "callers check 13800138000",
    "callers import": "callers import list.csv --preview",
    "calls missed list": "calls missed list --state all",
    "calls show": "calls show a.call",
    "callbacks list": "callbacks list --all",
    "follow-ups list": "follow-ups list --state all",
    "phones show": "phones show 8001",
    "queues recount": f"queues recount {DAY}",
    "queues stats": f"queues stats {DAY} --by day",
    "recordings show": "recordings show 1",
    "secrets show": "secrets show seat/s8001",
    "simulate": "simulate --did 4008001000 --at 2026-10-13T09:30 --press 2,1",
    "scores rates": f"scores rates {DAY}",
    "site check": "site check site.yaml",
    "site load": "site load site.yaml",
    "trunks sheet": "trunks sheet analog",
    "trunks show": "trunks show e1",
    "voicemail show": "voicemail show 1",
}
"""What is typed where the bare command is not enough, or finds nothing here."""
MAY_FAIL = {"doctor", "recordings audit", "queues recount"}
"""Exit with 1 here: there is something to tell."""


def takes_json(command: click.Command) -> bool:
    return any("--json" in option.opts for option in command.params)


COMMANDS = sorted(["scores", *(name for name, command in all_commands(main) if takes_json(command))])
TRIED = [name for name in COMMANDS if name not in ELSEWHERE]


def rows() -> list[Any]:
    """A call through everything, and what else there is to list."""
    common = {"call_id": "a.call", "queue": "service"}
    return [
        Call(call_id="a.call", direction="inbound", started_at=AT, state="closed", trunk="e1"),
        Leg(call_id="a.call", uniqueid="a.leg", channel="PJSIP/s8001-1", kind="agent", agent="1001", started_at=AT),
        Visit(**common, number=1, joined_at=AT, left_at=AT, outcome="answered", agent="1001"),
        Step(
            call_id="a.call", uniqueid="a.call", at=AT, number=1, flow="main", step="hours", kind="branch", version=1,
            heard=[], outcome="open", reason="it is",
        ),
        Recording(call_id="a.call", uniqueid="a.leg", state="failed", started_at=AT, reason="none"),
        Score(**common, visit=1, outcome="scored", score=2, at=AT, agent="1001"),
        VoicemailMessage(mailbox="9000", message_id="1", path="9000/1", left_at=AT, duration_ms=2000),
        CallbackRequest(**common, number="13800138000", asked_at=AT),
        ConfigVersion(created_at=AT, state="former", digest="0", by="root", note=None),
        LineState(line="a102/1", trunk="e1", state="red", began_at=AT),
        Gap(source="listener", began_at=AT, reason="away", found={}),
        Conference(bridge="a.bridge", room="8801", started_at=AT),
        ConferenceMember(bridge="a.bridge", uniqueid="a.leg", joined_at=AT, call_id="a.call", host=False),
        Invitation(
            token="t", call_id="a.call", visit=1, survey="satisfaction", number="13800138000", language="zh",
            due_at=AT, created_at=AT, expires_at=AT,
        ),
        TrunkOutage(trunk="e1", reason="does not answer OPTIONS", began_at=AT),
        FollowUp(kind="abandoned", key="a.call", opened_at=AT, call_id="a.call", number="13800138000"),
    ]  # fmt: skip


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with something of everything."""
    folder = tmp_path_factory.mktemp("json")
    home = folder / "home"
    (folder / "site.yaml").write_text(SAMPLE.read_text("utf-8").replace("客服热线主流程", "新流程"), "utf-8")
    (folder / "list.csv").write_text("list,number\nblock,13712345678\n")
    for words in (
        ["db", "upgrade"],
        ["site", "load", str(SAMPLE)],
        ["agents", "login", "1001", "--seat", "s8001"],
        ["callers", "block", "13800138000"],
        ["closing", "begin", "--all"],
        ["bans", "add", "203.0.113.9"],
        ["desks", "set", "8001", "--busy", "8002"],
        ["certificates", "make"],
        ["keys", "add", "crm", "--right", "read"],
    ):
        assert CliRunner().invoke(main, ["--home", str(home), *words]).exit_code == 0, words
    app = Hotline(Settings(home=home))
    app.secrets.make(["seat/s8001"])
    with app.sessions().begin() as session:
        session.add_all(rows())
    return home


def printed(home: Path, name: str) -> Any:
    words = GIVEN.get(name, name).split()
    before = Path.cwd()
    os.chdir(home.parent)
    try:
        done = CliRunner(env={"HOTLINE_AMI_PORT": "24999"}).invoke(
            main, ["--home", str(home), *words, "--json"], prog_name="hotline"
        )
    finally:
        os.chdir(before)
    assert done.exit_code == 0 or (done.exit_code == 1 and name in MAY_FAIL), done.output
    return json.loads(done.stdout)


@pytest.mark.slow
@pytest.mark.parametrize("name", TRIED)
def test_json_is_valid_and_has_the_known_keys(home: Path, name: str) -> None:
    assert lost_of(name, printed(home, name)) == []


def test_a_lost_key_is_seen() -> None:
    known = {"a": [{"b": None, "c": {"d": None}}]}
    assert lost(known, {"a": [{"b": None, "c": {"d": None}, "new": None}], "new": None}) == []
    assert lost(known, {"a": [{"b": None, "c": {}}]}) == [".a[].c.d"]
    assert lost(known, {"a": []}) == [".a"]
    assert lost(known, {"a": None}) == [".a"]


def test_every_command_with_json_is_known() -> None:
    assert sorted(GOLDEN) == sorted({*COMMANDS} - UNREAD)


def test_an_object_that_lacks_what_another_of_its_list_has_is_no_loss() -> None:
    told = [{"a": None, "who": []}, {"a": None, "who": [{"b": 1}]}, {"c": 2}]
    assert keys(told) == [{"a": None, "who": [{"b": None}], "c": None}]


def test_a_list_of_nothing_is_an_empty_list(tmp_path: Path, migrated: Path) -> None:
    home = tmp_path / "home"
    (home / "database").mkdir(parents=True)
    shutil.copy(migrated, home / "database")
    for name in TRIED:
        if name.endswith(("list", "history", "past")):
            done = CliRunner().invoke(main, ["--home", str(home), *name.split(), "--json"])
            assert done.exit_code == 1 or json.loads(done.stdout) == [], (name, done.output)
