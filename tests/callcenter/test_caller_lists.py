"""The lists by command: added, changed, removed, imported with a report of what was rejected."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from callcenter.errors import HotlineError, NotFound
from callcenter.routing.caller_commands import callers
from callcenter.routing.caller_lists import entry
from callcenter.routing.closing_commands import closing
from callcenter.site import Site
from tests.callcenter.flow_sites import QUEUE, flow, site
from tests.databases import Sessions

pytestmark = [pytest.mark.req("RT-2")]
AT = dt.datetime(2026, 3, 3, 12, 0, tzinfo=dt.UTC)
AGENTS = [
    {"number": "1003", "title": "Third", "account_manager": True},
    {"number": "1004", "title": "Fourth"},
]


def house() -> Site:
    return site(flow({"wait": QUEUE}), agents=AGENTS)


class App:
    """A program on this database."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    def sessions(self, read_only: bool = False) -> Sessions:
        return self._sessions

    def site(self) -> Site:
        return house()

    @staticmethod
    def clock() -> dt.datetime:
        return AT


def run(sessions: Sessions, *words: str, group: Any = callers) -> Result:
    return CliRunner().invoke(group, words, obj=App(sessions), catch_exceptions=False)


def listed(sessions: Sessions) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(run(sessions, "list", "--json").output)
    return found


def test_a_caller_goes_on_a_list_and_off_it(sessions: Sessions) -> None:
    told = run(sessions, "vip", "+86 138-0013-8000", "--agent", "1003", "--queue", "sales", "--wait", "15")
    assert told.output == "13800138000 is on the VIP list, from the next call on\n"
    run(sessions, "block", "0755*", "--until", "2026-10-01", "--note", "nuisance")
    block, vip = listed(sessions)
    assert (block["number"], block["prefix"], block["note"]) == ("0755", True, "nuisance")
    assert block["until"] == "2026-10-01T16:00:00.000+00:00"
    assert (vip["agent"], vip["wait_seconds"], vip["queue"]) == ("1003", 15, "sales")
    assert run(sessions, "remove", "008613800138000").exit_code == 0
    assert len(listed(sessions)) == 1
    with pytest.raises(NotFound):
        run(sessions, "remove", "13800138000")


def test_check_tells_what_is_known_and_where_the_call_goes(sessions: Sessions) -> None:
    run(sessions, "block", "13800138000")
    told = json.loads(run(sessions, "check", "+8613800138000", "--json").output)
    assert told["destination"] == "busy"
    assert told["entry"]["list"] == "block"
    assert "13900000000: on no list" in run(sessions, "check", "13900000000").output


WRONG = [
    ({"number": "12x"}, "number 12x: write digits"),
    ({"number": ""}, "number left out"),
    ({"until": "soon"}, "until soon: write a day"),
    ({"priority": "21"}, "priority 21: a number from 0 to 20"),
    ({"queue": "gone"}, "there is no queue gone"),
    ({"agent": "1004", "queue": "sales"}, "agent 1004 is no account manager"),
    ({"agent": "1003"}, "agent 1003: name the queue"),
    ({"prompt": "bye"}, "prompt is nothing for the VIP list"),
    ({"tier": "Gold!"}, "tier Gold!: lower-case"),
    ({"list": "grey"}, "list grey: write block or vip"),
    ({"list": "block", "tier": "gold"}, "tier is nothing for the black list"),
    ({"list": "block", "prompt": "gone"}, "there is no prompt gone"),
]


@pytest.mark.parametrize(("values", "message"), WRONG)
def test_what_is_wrong_with_an_entry_is_said(values: dict[str, str], message: str) -> None:
    with pytest.raises(HotlineError) as refused:
        entry({"list": "vip", "number": "13800138000", **values}, house())
    assert str(refused.value).startswith(message)


FILE = """number,list,tier,queue,note
13800138000,vip,gold,sales,
13800138001,vip,gold,nowhere,老客户
+8613800138000,vip,,,twice
13800138002,block,,,骚扰
,,,,
"""


def test_an_import_is_shown_before_and_reports_what_it_rejects(sessions: Sessions, tmp_path: Path) -> None:
    file, rejected = tmp_path / "callers.csv", tmp_path / "rejected.csv"
    file.write_text(FILE, "utf-8")
    shown = json.loads(run(sessions, "import", str(file), "--preview", "--json").output)
    assert (shown["added"], [row["line"] for row in shown["rejected"]]) == (2, [3, 4, 6])
    assert listed(sessions) == []
    told = run(sessions, "import", str(file), "--rejected", str(rejected)).output
    assert told.startswith("added 2, changed 0; the same already 0; rejected 3\n")
    assert "line 4: the number is in line 2 already" in told
    assert "there is no queue nowhere" in rejected.read_text("utf-8")
    assert {row["number"] for row in listed(sessions)} == {"13800138000", "13800138002"}
    file.write_text(FILE.replace("骚扰", "骚扰电话"), "utf-8")
    again = json.loads(run(sessions, "import", str(file), "--json").output)
    assert (again["added"], again["changed"], again["same"]) == (0, 1, 1)


def test_a_file_without_its_columns_is_refused(sessions: Sessions, tmp_path: Path) -> None:
    file = tmp_path / "callers.csv"
    file.write_text("telephone\n138\n", "utf-8")
    with pytest.raises(HotlineError, match="no column number"):
        run(sessions, "import", str(file))
    file.write_text("number,colour\n138,red\n", "utf-8")
    with pytest.raises(HotlineError, match="there is no column colour"):
        run(sessions, "import", str(file))


@pytest.mark.req("IVR-3")
def test_a_closing_begins_replaces_and_ends(sessions: Sessions) -> None:
    assert run(sessions, "begin", "--calendar", "office", "--prompt", "sorry", group=closing).exit_code == 0
    run(sessions, "begin", "--calendar", "office", group=closing)
    run(sessions, "begin", "--all", "--until", "2026-03-04T08:00", group=closing)
    found = json.loads(run(sessions, "list", "--json", group=closing).output)
    assert sum(row["ended_at"] is None for row in found) == 2
    assert run(sessions, "end", group=closing).output == "2 emergency closings ended\n"
    with pytest.raises(NotFound, match="no emergency closing is in force"):
        run(sessions, "end", group=closing)


@pytest.mark.req("IVR-3")
@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "say which"),
        (["--all", "--calendar", "office"], "say which"),
        (["--calendar", "gone"], "there is no calendar gone"),
        (["--all", "--prompt", "gone"], "there is no prompt gone"),
        (["--all", "--until", "2020-01-01T00:00"], "until lies in the past"),
    ],
)
def test_a_closing_that_can_not_be_is_refused(sessions: Sessions, words: list[str], message: str) -> None:
    with pytest.raises(HotlineError, match=message):
        run(sessions, "begin", *words, group=closing)
