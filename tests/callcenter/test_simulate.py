"""A simulated call: the same path as a real one, readable."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path as File

import pytest
from click.testing import CliRunner, Result

from callcenter.flow import Collect, Collected, Found, Hear, Lookup, Pressed, Walk
from callcenter.simulator.commands import simulate_command
from callcenter.simulator.text import lines
from callcenter.simulator.walk import Path, Presses, simulate
from callcenter.site import Site
from callcenter.site_file.document import dump
from callcenter.site_file.published import Published
from tests.callcenter.flow_sites import QUEUE, flow, site

HOTLINE = flow(
    {
        "start": {
            "kind": "branch",
            "on": "calendar",
            "calendar": "office",
            "cases": {"open": "hello"},
            "otherwise": "word",
        },
        "hello": {"kind": "play", "prompts": ["hello"], "next": "menu"},
        "menu": {"kind": "menu", "prompts": ["menu"], "keys": {"1": "queue", "2": "ask", "8": "english"}},
        "queue": {**QUEUE, "keys": {"1": "menu"}},
        "ask": {
            "kind": "collect",
            "prompts": ["ask_pin"],
            "save": "pin",
            "masked": True,
            "most": 4,
            "next": "look",
        },
        "look": {
            "kind": "lookup",
            "url": "http://crm.test/balance",
            "send": {"pin": "pin"},
            "save": {"balance": "account.balance"},
            "found": "tell",
            "not_found": "bye",
            "failed": "@operator",
        },
        "tell": {"kind": "say", "as": "money", "value": "balance", "before": ["your_balance"], "next": "bye"},
        "english": {"kind": "language", "language": "en", "next": "menu"},
    }
)
MORNING = dt.datetime(2026, 3, 3, 2, 0, tzinfo=dt.UTC)


def hotline() -> Site:
    return site(HOTLINE)


def path_of(presses: str, at: dt.datetime = MORNING, **more: object) -> Path:
    where = {"did": "95588", "trunk": "e1", "caller": "13800138000"}
    return simulate(Published(hotline()), **where, at=at, presses=presses, **more)  # type: ignore[arg-type]


def steps_of(path: Path) -> list[tuple[str, str]]:
    return [(fact.step, fact.outcome) for fact in path.facts]


@pytest.mark.req("IVR-9")
def test_a_simulated_call_goes_the_way_of_a_walk_driven_by_hand() -> None:
    walk = Walk.enter(Published(hotline()), caller="13800138000", trunk="e1", did="95588", at=MORNING)
    kinds = []
    for answer in [
        Pressed(None),
        Pressed("2"),
        Collected("4711"),
        Found({"account": {"balance": "12.5"}}),
        Pressed(None),
    ]:
        kinds.append(type(walk.request))
        walk.answer(answer)
    assert kinds == [Hear, Hear, Collect, Lookup, Hear]
    assert walk.ended
    simulated = path_of("2,4711#", lookups=[Found({"account": {"balance": "12.5"}})])
    assert list(simulated.facts) == walk.facts


@pytest.mark.req("IVR-9")
def test_an_answered_queue_call_is_followed_by_its_survey() -> None:
    told = list(lines(Published(hotline()), path_of("1")))
    assert told[-3:] == [
        "main/queue (queue) done -> @hangup",
        "    because an agent had the call and hung up",
        "    then survey satisfaction is asked",
    ]


@pytest.mark.req("IVR-9")
@pytest.mark.parametrize(
    ("outcome", "end"),
    [("nobody", ("word", "left")), ("timeout", ("bye", "over")), ("key-1", ("operator", "done"))],
)
def test_an_action_comes_to_what_was_given(outcome: str, end: tuple[str, str]) -> None:
    assert steps_of(path_of("1", outcomes=[outcome]))[-1] == end


@pytest.mark.req("IVR-9")
def test_keys_run_out_into_silence_and_the_operator() -> None:
    assert steps_of(path_of(",9"))[3:6] == [("menu", "no_input"), ("menu", "wrong_key"), ("menu", "no_input")]


@pytest.mark.req("IVR-4", "IVR-9")
def test_what_is_heard_is_shown_in_the_language_of_the_call() -> None:
    told = list(lines(Published(hotline()), path_of("8,1")))
    heard = [line.strip() for line in told if " menu: " in line]
    assert heard == ["hears [zh] menu: menu 中", "hears [en] menu: menu en"]


@pytest.mark.req("IVR-3", "IVR-9")
@pytest.mark.parametrize(
    ("at", "then", "warnings"),
    [
        ("2026-10-01T09:30+08:00", "word", ()),
        ("2026-03-03T10:00+08:00", "hello", ()),
        (
            "2027-03-03T10:00+08:00",
            "hello",
            ("calendar office: the public holidays of 2027 are not yet announced",),
        ),
    ],
)
def test_the_calendar_decides_at_the_moment_given(at: str, then: str, warnings: tuple[str, ...]) -> None:
    path = path_of("", dt.datetime.fromisoformat(at))
    assert (path.facts[1].next, path.warnings) == (then, warnings)


def test_presses_are_taken_one_question_at_a_time() -> None:
    presses = Presses("21,,1234#5,99")
    taken = [presses.key(), presses.key(), presses.key(), presses.digits(9), presses.digits(9)]
    assert taken == ["2", "1", None, "1234", "5"]
    assert [presses.digits(1), presses.key(), presses.key(), presses.digits(4)] == ["9", "9", None, None]


class App:
    """The stored site is the hotline."""

    def site(self) -> Site:
        return hotline()


def run(*arguments: str) -> Result:
    line = ["--did", "95588", "--trunk", "e1", "--caller", "13800138000", *arguments]
    return CliRunner().invoke(simulate_command, line, obj=App())


@pytest.mark.req("IVR-9")
def test_the_command_tells_the_path_step_by_step() -> None:
    told = run("--at", "2027-03-03T10:00", "--press", "1", "--outcome", "nobody")
    assert told.exit_code == 0
    assert told.output.splitlines() == [
        "route number 95588 on any trunk opens flow main -> flow main",
        "main/start (branch) entered -> start",
        "    because number 95588 on any trunk opens flow main",
        "main/start (branch) open -> hello",
        "    because calendar office is open: 2027-03-03 10:00 is within Wednesday's hours 09:00-18:00; "
        "holidays of 2027 are not yet announced",
        "main/hello (play) played -> menu",
        "    hears [zh] hello: hello 中",
        "    because played to its end",
        "main/menu (menu) key -> queue",
        "    hears [zh] menu: menu 中",
        "    presses 1",
        "    because key 1 was pressed",
        "main/queue (queue) begun",
        "    because the caller waits in queue sales",
        "main/queue (queue) nobody -> word",
        "    because nobody was logged in",
        "main/word (voicemail) begun",
        "    hears [zh] leave_word: leave_word 中",
        "    because the caller is put to mailbox 8000",
        "main/word (voicemail) left -> @hangup",
        "    because a message was left",
        "warning: calendar office: the public holidays of 2027 are not yet announced",
    ]


@pytest.mark.req("IVR-9")
def test_the_command_gives_the_same_path_as_json_from_a_file(tmp_path: File) -> None:
    file = tmp_path / "site.yaml"
    file.write_text(dump(hotline()), encoding="utf-8")
    arguments = ["--at", "2026-03-03T10:00", "--press", "2,4711#", "--lookup", "found:account.balance=12.5"]
    told = json.loads(run(*arguments, "--site", str(file), "--json").output)
    assert told == json.loads(run(*arguments, "--json").output)
    assert [(step["step"], step["outcome"], step["keys"]) for step in told["steps"][3:]] == [
        ("menu", "key", "2"),
        ("ask", "collected", "****"),
        ("look", "found", None),
        ("tell", "said", None),
        ("bye", "over", None),
    ]


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["--at", "tomorrow"], "tomorrow is not a date and time: write it as 2026-10-01T09:30"),
        (["--lookup", "maybe"], "maybe: write found:PATH=VALUE,…, not_found or failed:REASON"),
        (
            ["--lookup", "found:balance"],
            "found:balance: write found:PATH=VALUE,…, not_found or failed:REASON",
        ),
    ],
)
def test_a_mistyped_option_is_said_in_one_line(arguments: list[str], line: str) -> None:
    told = run(*arguments)
    assert told.exit_code == 2
    assert told.output.splitlines()[-1].endswith(line)
