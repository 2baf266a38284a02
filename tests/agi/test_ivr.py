"""One stretch of a call: what is asked of Asterisk, what is left to the dialplan, and what is told of it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from tests.agi.flows import AT, GONE, Caller, House, publish, told
from tests.callcenter.flow_sites import QUEUE, flow, site

pytestmark = [pytest.mark.req("IVR-1")]
MENU = {"kind": "menu", "prompts": ["menu"], "keys": {"1": "queue", "2": "bye"}}
STEPS: dict[str, Any] = {"start": MENU, "queue": QUEUE}


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


def live(house: House, steps: dict[str, Any], version: int = 7, **more: Any) -> Path:
    return publish(house.etc, version, site(flow(steps), **more))


def left(caller: Caller) -> dict[str, str]:
    """What the dialplan reads to go on; for the end it needs no more than that."""
    assert caller.variables["HL_DONE"] == "1"
    names = ("HL_NEXT", "HL_TARGET", "HL_SECONDS", "HL_VERSION")
    return {name[3:].lower(): caller.variables[name] for name in names if name in caller.variables}


def test_a_key_leads_to_the_queue_with_all_the_dialplan_needs(house: House) -> None:
    live(house, STEPS)
    caller = house.call(Caller("1"))
    assert left(caller) == {"next": "queue", "target": "sales", "seconds": "60", "version": "7"}
    assert caller.variables["HL_CURSOR"].startswith("main/queue;zh")
    assert (caller.variables["HL_RECORD"], caller.variables["HL_TELL_AGENT"]) == ("1", "1")
    assert caller.words.count("ANSWER") == 1
    assert "HL_DONE" in caller.verbs[-1]
    assert told(house.facts(), "step", "outcome", "keys", "number") == [
        ("start", "entered", None, 1),
        ("start", "key", "1", 2),
        ("queue", "begun", None, 3),
    ]


@pytest.mark.req("RT-7")
@pytest.mark.parametrize("gone_at", [None, 1])
def test_a_step_has_the_moment_it_was_taken_not_that_of_the_end_of_what_came_after(
    house: House, gone_at: int | None
) -> None:
    live(house, {"begin": {"kind": "play", "prompts": ["hello"], "next": "start"}, **STEPS})
    house.call(Caller("1", gone_at=gone_at, verb_seconds=15))
    facts = house.every_fact()
    moments = [(fact.get("step", fact["fact"]), dt.datetime.fromisoformat(fact["at"]) - AT) for fact in facts]
    first = [(what, passed.total_seconds() < 1) for what, passed in moments[:3]]
    assert first == [("begin", True), ("decision", True), ("begin", False)]
    assert moments[2][1].total_seconds() >= 15
    assert [passed for _, passed in moments] == sorted(passed for _, passed in moments)


DIALLED = {"busy": "bye", "no_answer": "bye", "unreachable": "bye"}
ACTS: dict[str, tuple[dict[str, Any], dict[str, str]]] = {
    "queue": (QUEUE, {"next": "queue", "target": "sales", "seconds": "60"}),
    "seat": (
        {"kind": "seat", "seat": "a1", "ring_seconds": 20, **DIALLED},
        {"next": "desk", "target": "8001", "seconds": "20"},
    ),
    "agent": (
        {"kind": "agent", "agent": "1001", "ring_seconds": 20, **DIALLED},
        {"next": "desk", "target": "1001", "seconds": "20"},
    ),
    "outside": (
        {"kind": "outside", "number": "02011112222", "trunk": "e1", "ring_seconds": 30, **DIALLED},
        {"next": "outside", "target": "PJSIP/02011112222@e1", "seconds": "30"},
    ),
    "voicemail": (
        {"kind": "voicemail", "mailbox": "8000", "greeting": ["leave_word"]},
        {"next": "voicemail", "target": "8000", "seconds": ""},
    ),
    "hangup": ({"kind": "hangup", "prompts": ["bye"]}, {"next": "hangup"}),
}


@pytest.mark.parametrize("kind", ACTS)
def test_every_kind_of_action_is_left_to_the_dialplan(kind: str, house: House) -> None:
    step, meant = ACTS[kind]
    live(house, {"start": step})
    version = {} if kind == "hangup" else {"version": "7"}
    assert left(house.call(Caller())) == meant | version


@pytest.mark.req("GW-3")
@pytest.mark.parametrize(("numbers", "shown"), [([], ""), (["02150001000", "02150001001"], "02150001000")])
def test_a_caller_who_is_led_outside_shows_a_number_of_the_trunk(
    house: House, numbers: list[str], shown: str
) -> None:
    connection = {"by": "address", "hosts": ["127.0.0.2"]}
    trunk = {"name": "e1", "title": "e1", "connection": connection, "caller_id": {"numbers": numbers}}
    live(house, {"start": ACTS["outside"][0]}, trunks=[trunk])
    assert house.call(Caller()).variables["HL_SHOWN"] == shown


def test_a_callback_is_kept_here_and_the_call_goes_on(house: House) -> None:
    live(house, {"start": {"kind": "callback", "queue": "care", "next": "bye", "no_number": "bye"}})
    assert left(house.call(Caller()))["next"] == "hangup"
    [fact] = house.facts("callback")
    assert (fact["queue"], fact["number"], fact["state"]) == ("care", "13800138000", "open")


def test_a_survey_step_is_asked_here_and_the_call_goes_on(house: House) -> None:
    live(house, {"start": {"kind": "survey", "survey": "satisfaction", "next": "bye"}})
    assert left(house.call(Caller("2")))["next"] == "hangup"


@pytest.mark.parametrize("outcome", ["TIMEOUT", "FULL", "JOINEMPTY", "KEY-1", "", "NONSENSE"])
def test_every_outcome_of_a_queue_goes_on_from_the_cursor(outcome: str, house: House) -> None:
    live(house, STEPS)
    cursor = house.call(Caller("1")).variables["HL_CURSOR"]
    house.facts()
    caller = house.call(Caller(), cursor=cursor, version="7", outcome=outcome)
    assert left(caller)["next"] in ("hangup", "voicemail", "queue")
    assert next(fact["step"] for fact in house.facts()) == "queue"
    assert "ANSWER" not in caller.words


VERBS_OF_A_CALL = 5


@pytest.mark.parametrize("verb", range(VERBS_OF_A_CALL))
def test_a_hang_up_at_any_verb_is_told_and_leaves_no_action(
    verb: int, house: House, logged: list[Any]
) -> None:
    live(house, {"begin": {"kind": "play", "prompts": ["hello"], "next": "start"}, **STEPS})
    whole = house.call(Caller("1"))
    assert len(whole.verbs) >= VERBS_OF_A_CALL
    house.facts()
    caller = house.call(Caller("1", gone_at=verb))
    assert "HL_DONE" not in caller.variables
    facts = house.facts()
    assert (facts[-1]["outcome"], facts[-1]["reason"]) == ("hung_up", "the caller hung up")
    assert [fact["number"] for fact in facts] == list(range(1, len(facts) + 1))
    assert logged[-1]["outcome"] == "hung_up"


def test_a_prompt_that_is_missing_is_a_short_silence(house: House) -> None:
    prompts = [{"name": "menu", "text": {"zh": "菜单"}}, {"name": "unmade", "text": {"zh": "没有"}}]
    live(house, {"start": {**MENU, "prompts": ["unmade"]}, "queue": QUEUE}, prompts=prompts)
    caller = house.call(Caller("1"))
    assert left(caller)["next"] == "queue"
    assert any("/p/silence" in verb for verb in caller.verbs)


def test_a_call_keeps_the_version_it_began_with(house: House) -> None:
    live(house, STEPS, version=7)
    cursor = house.call(Caller("1")).variables["HL_CURSOR"]
    live(house, {"start": MENU, "queue": {**QUEUE, "queue": "care"}}, version=8)
    house.facts()
    house.call(Caller(), cursor=cursor, version="7", outcome="TIMEOUT")
    assert {fact["version"] for fact in house.facts()} == {7}
    later = left(house.call(Caller("1")))
    assert (later["target"], later["version"]) == ("care", "8")


@pytest.mark.parametrize("version", ["99", "-1", "²", "../8", ""])
def test_a_version_that_is_gone_goes_on_in_the_live_one(version: str, house: House) -> None:
    live(house, STEPS)
    caller = house.call(Caller(), cursor="main/queue;zh;doing", version=version, outcome="TIMEOUT")
    assert left(caller) == {"next": "hangup"}
    assert {fact["version"] for fact in house.facts()} == {7}


@pytest.mark.parametrize(
    "cursor", ["main/gone;zh;doing", "gone/start;zh;doing", "nonsense", "main/queue;zh;x=1"]
)
@pytest.mark.parametrize("outcome", ["", "TIMEOUT", "CONTINUE"])
def test_a_cursor_that_fits_nowhere_leads_to_the_operator(cursor: str, outcome: str, house: House) -> None:
    """Whatever came of the action that is gone, it is not what comes of the operator's queue."""
    live(house, STEPS)
    caller = house.call(Caller(), cursor=cursor, version="7", outcome=outcome)
    assert (left(caller)["next"], left(caller)["target"]) == ("queue", "sales")
    assert "lost" in {fact["outcome"] for fact in house.facts()}


@pytest.mark.req("SEC-2", "IVR-3")
def test_a_masked_value_is_in_no_fact_and_no_variable(house: House) -> None:
    pin = {"kind": "collect", "prompts": ["ask_pin"], "save": "pin", "least": 4, "most": 6, "masked": True}
    live(house, {"start": {**pin, "next": "queue"}, "queue": QUEUE})
    caller = house.call(Caller(["482913"]))
    assert left(caller)["next"] == "queue"
    assert not any("482913" in verb for verb in caller.verbs)
    facts = house.facts()
    assert "482913" not in str(facts)
    assert "******" in {fact["keys"] for fact in facts}


@pytest.mark.req("P1")
def test_without_a_readable_version_the_script_ends_at_once_and_the_static_menu_takes_over(
    house: House, logged: list[Any]
) -> None:
    assert house.call(Caller()).verbs == []
    file = live(house, STEPS)
    file.write_text(file.read_text()[:100])
    assert house.call(Caller()).verbs == []
    assert {entry["outcome"] for entry in logged if "outcome" in entry} == {"crashed"}


def test_a_call_that_hangs_up_while_the_survey_of_its_queue_is_asked_tells_of_both(house: House) -> None:
    live(house, STEPS)
    cursor = house.call(Caller("1")).variables["HL_CURSOR"]
    house.facts()
    house.call(Caller([GONE]), cursor=cursor, version="7", outcome="CONTINUE")
    assert told(house.facts(), "step", "outcome") == [("queue", "hung_up")]
