"""Every kind of step: what it asks, and where each answer leads."""

from __future__ import annotations

from typing import Any

import pytest

from callcenter import spoken
from callcenter.flow import (
    Act,
    Answer,
    Collect,
    Collected,
    Failed,
    Found,
    Hear,
    HungUp,
    Lookup,
    NotFound,
    Outcome,
    Pressed,
    Walk,
)
from callcenter.site_file.published import Published
from tests.callcenter.flow_sites import NOON, QUEUE, flow, site

MENU = {"kind": "menu", "prompts": ["menu"], "keys": {"1": "queue", "9": "@repeat"}}
TO_QUEUE = {"queue": {**QUEUE, "keys": {"1": "bye"}}}


def walk_of(steps: dict[str, Any], caller: str = "13800138000") -> Walk:
    published = Published(site(flow({**steps, **TO_QUEUE})))
    return Walk.enter(published, caller=caller, trunk="e1", did="95588", at=NOON)


def answered(walk: Walk, *answers: Answer) -> list[tuple[str, str, str | None]]:
    """Step, outcome and next of what happens from here on."""
    walk.facts.clear()
    for answer in answers:
        walk.answer(answer)
    return [(fact.step, fact.outcome, fact.next) for fact in walk.facts]


@pytest.mark.req("IVR-1")
def test_a_menu_asks_for_its_keys_and_goes_by_the_one_pressed() -> None:
    walk = walk_of({"start": MENU})
    assert walk.request == Hear(("menu",), "zh", "19", True, 5)
    assert answered(walk, Pressed("1")) == [("start", "key", "queue"), ("queue", "begun", None)]


@pytest.mark.req("IVR-1")
def test_a_menu_says_what_went_wrong_and_gives_up_after_so_many_tries() -> None:
    limits = {
        "no_input": {"times": 3, "prompt": "sorry", "then": "@hangup"},
        "wrong_key": {"times": 2, "prompt": "wrong", "then": "@operator"},
    }
    walk = walk_of({"start": {**MENU, **limits}})
    assert answered(walk, Pressed(None)) == [("start", "no_input", "start")]
    assert isinstance(walk.request, Hear)
    assert walk.request.prompts == ("sorry", "menu")
    assert answered(walk, Pressed("5")) == [("start", "wrong_key", "start")]
    assert walk.request.prompts == ("wrong", "menu")
    assert answered(walk, Pressed("6")) == [("start", "wrong_key", "operator"), ("operator", "begun", None)]


@pytest.mark.req("IVR-1")
def test_repeating_a_menu_forgets_the_failed_tries() -> None:
    walk = walk_of({"start": {**MENU, "no_input": {"times": 2, "then": "@hangup"}}})
    answered(walk, Pressed(None), Pressed("9"), Pressed(None))
    assert not walk.ended
    assert answered(walk, Pressed(None)) == [("start", "no_input", "@hangup")]
    assert walk.ended


@pytest.mark.req("IVR-1")
@pytest.mark.parametrize(
    ("presses", "stands"),
    [("1", "sub"), ("11", "deep"), ("110", "sub"), ("1100", "start"), ("11000", "start"), ("112", "start")],
)
def test_back_leads_to_the_menu_before(presses: str, stands: str) -> None:
    steps = {
        "start": {"kind": "menu", "prompts": ["menu"], "keys": {"1": "sub", "0": "@back"}},
        "sub": {"kind": "menu", "prompts": ["sub"], "keys": {"1": "deep", "0": "@back"}},
        "deep": {"kind": "menu", "prompts": ["sub"], "keys": {"0": "@back", "2": "start"}},
    }
    walk = walk_of(steps)
    answered(walk, *map(Pressed, presses))
    assert walk.place.step == stands


@pytest.mark.req("IVR-1")
def test_back_from_a_step_that_is_no_menu_leads_to_the_menu_it_came_from() -> None:
    news = {"kind": "play", "prompts": ["hello"], "next": "@back"}
    walk = walk_of({"start": {**MENU, "keys": {"2": "news"}}, "news": news})
    happened = answered(walk, Pressed("2"), Pressed(None))
    assert happened == [("start", "key", "news"), ("news", "played", "start")]


@pytest.mark.req("IVR-1")
def test_a_key_that_cuts_the_welcome_short_answers_the_menu() -> None:
    welcome = {"kind": "play", "prompts": ["hello"], "interruptible": True, "next": "menu"}
    walk = walk_of({"start": welcome, "menu": MENU})
    assert walk.request == Hear(("hello",), "zh", interruptible=True)
    assert answered(walk, Pressed("1")) == [
        ("start", "interrupted", "menu"),
        ("menu", "key", "queue"),
        ("queue", "begun", None),
    ]
    assert [fact.heard for fact in walk.facts] == [("hello",), (), ()]


@pytest.mark.req("IVR-1")
def test_a_key_in_a_play_that_must_be_heard_answers_no_later_step() -> None:
    walk = walk_of({"start": {"kind": "play", "prompts": ["hello"], "next": "menu"}, "menu": MENU})
    assert answered(walk, Pressed("1")) == [("start", "played", "menu")]
    assert walk.request == Hear(("menu",), "zh", "19", True, 5)


def test_a_play_goes_on_at_its_end() -> None:
    walk = walk_of({"start": {"kind": "play", "prompts": ["hello"], "next": "queue"}})
    assert walk.request == Hear(("hello",), "zh")
    assert answered(walk, Pressed("1"))[0] == ("start", "played", "queue")


@pytest.mark.req("IVR-4")
@pytest.mark.parametrize(
    ("spoken_as", "value"),
    [
        ("number", "=12"),
        ("digits", "=95588"),
        ("date", "=2026-10-01"),
        ("time", "=09:30"),
        ("money", "=3.50"),
    ],
)
def test_a_value_is_spoken_between_its_prompts(spoken_as: str, value: str) -> None:
    say = {"kind": "say", "as": spoken_as, "value": value, "before": ["your_balance"], "after": ["thanks"]}
    walk = walk_of({"start": {**say, "next": "queue"}})
    assert isinstance(walk.request, Hear)
    first, *pieces, last = walk.request.prompts
    assert (first, last) == ("your_balance", "thanks")
    assert pieces and set(pieces) <= spoken.phrases("zh").keys()
    answered(walk, Pressed(None))
    assert walk.facts[0].heard == ("your_balance", f"say:{spoken_as}", "thanks")


def test_a_value_nobody_saved_is_passed_over() -> None:
    say = {"kind": "say", "as": "money", "value": "balance", "before": ["your_balance"], "next": "queue"}
    walk = walk_of({"start": say})
    assert isinstance(walk.request, Hear)
    assert walk.request.prompts == ("your_balance",)
    assert answered(walk, Pressed(None))[0] == ("start", "not_known", "queue")


COLLECT = {"kind": "collect", "prompts": ["ask_pin"], "save": "pin", "least": 4, "most": 6, "next": "queue"}


@pytest.mark.req("IVR-6")
@pytest.mark.parametrize(
    ("digits", "outcome", "then"),
    [
        ("1234", "collected", "queue"),
        ("123456", "collected", "queue"),
        ("123", "wrong", "start"),
        ("12*4", "wrong", "start"),
        ("１２３４", "wrong", "start"),
        ("", "no_input", "start"),
        (None, "no_input", "start"),
    ],
)
def test_digits_are_collected_within_their_bounds(digits: str | None, outcome: str, then: str) -> None:
    walk = walk_of({"start": COLLECT})
    assert walk.request == Collect(("ask_pin",), "zh", 4, 6, 5, masked=False)
    assert answered(walk, Collected(digits))[0] == ("start", outcome, then)


@pytest.mark.req("IVR-6")
@pytest.mark.parametrize("digits", ["4711", "47119", "4711*"])
def test_masked_digits_are_in_no_fact_and_end_with_the_next_action(digits: str) -> None:
    check = {
        "kind": "branch",
        "on": "variable",
        "variable": "pin",
        "cases": {"4711": "tell"},
        "otherwise": "tell",
    }
    tell = {"kind": "say", "as": "digits", "value": "pin", "next": "queue"}
    walk = walk_of({"start": {**COLLECT, "masked": True, "next": "check"}, "check": check, "tell": tell})
    answered(walk, Collected(digits))
    assert walk.facts[0].keys == "*" * len(digits)
    assert walk.place.variables_text == ""
    walk.answer(Pressed(None))
    assert "4711" not in repr(walk.facts) + walk.place.cursor
    assert walk.place.variables == {}


LOOKUP = {
    "kind": "lookup",
    "url": "http://crm.test/balance",
    "send": {"phone": "caller"},
    "save": {"balance": "account.0.balance"},
    "found": "queue",
    "not_found": "bye",
    "failed": "@operator",
}


@pytest.mark.req("IVR-6")
@pytest.mark.parametrize(
    ("answer", "outcome", "then"),
    [
        (Found({"account": [{"balance": 12.5}]}), "found", "queue"),
        (Found({"account": [{"balance": "no\nline"}]}), "failed", "operator"),
        (Found({"account": [{"balance": "9" * 101}]}), "failed", "operator"),
        (Found({"account": [{"balance": None}]}), "failed", "operator"),
        (Found({"account": []}), "failed", "operator"),
        (Found([1, 2]), "failed", "operator"),
        (NotFound(), "not_found", "bye"),
        (Failed("timed out after 2 s"), "failed", "operator"),
        (Pressed("1"), "failed", "operator"),
    ],
)
def test_a_look_up_goes_by_its_answer(answer: Answer, outcome: str, then: str) -> None:
    walk = walk_of({"start": LOOKUP})
    assert walk.request == Lookup("http://crm.test/balance", (("phone", "13800138000"),), 2.0)
    assert answered(walk, answer)[0] == ("start", outcome, then)
    assert walk.place.variables == ({"balance": "12.5"} if outcome == "found" else {})


def test_a_look_up_that_misses_a_value_to_send_fails_unasked() -> None:
    walk = walk_of({"start": {**LOOKUP, "send": {"id": "account"}}})
    assert walk.facts[1].reason == "account is not known, so nothing was asked"
    assert walk.place.step == "operator"


@pytest.mark.parametrize(
    ("caller", "then"),
    [("13800138000", "queue"), ("13912345678", "bye"), ("02011112222", "word"), ("", "word")],
)
def test_a_branch_on_the_caller_takes_the_longest_prefix(caller: str, then: str) -> None:
    branch = {"kind": "branch", "on": "caller", "cases": {"13": "bye", "138": "queue"}, "otherwise": "word"}
    assert walk_of({"start": branch}, caller).place.step == then


@pytest.mark.req("IVR-4")
def test_a_language_step_changes_what_is_spoken_from_there_on() -> None:
    steps = {
        "start": {"kind": "language", "language": "en", "next": "fork"},
        "fork": {"kind": "branch", "on": "language", "cases": {"en": "hello"}, "otherwise": "bye"},
        "hello": {"kind": "play", "prompts": ["hello"], "next": "queue"},
    }
    assert walk_of(steps).request == Hear(("hello",), "en")


@pytest.mark.parametrize(
    ("status", "outcome", "then"),
    [
        ("CONTINUE", "done", "@hangup"),
        ("TIMEOUT", "timeout", "bye"),
        ("FULL", "full", "bye"),
        ("JOINEMPTY", "nobody", "word"),
        ("LEAVEEMPTY", "nobody", "word"),
        ("JOINUNAVAIL", "nobody", "word"),
        ("LEAVEUNAVAIL", "nobody", "word"),
        ("KEY-1", "key", "bye"),
        ("key-1", "key", "bye"),
        ("KEY-7", "nobody", "word"),
        ("", "nobody", "word"),
        ("nobody", "nobody", "word"),
    ],
)
def test_each_way_out_of_a_queue_has_its_target(status: str, outcome: str, then: str) -> None:
    walk = walk_of({"start": {"kind": "goto", "target": "queue"}})
    assert walk.request == Act(
        "queue", "sales", 60, keys="1", survey="satisfaction", last=True, language="zh"
    )
    assert answered(walk, Outcome(status))[0] == ("queue", outcome, then)


@pytest.mark.req("RT-4")
@pytest.mark.parametrize("status", ["JOINUNAVAIL", "LEAVEUNAVAIL", "unreachable"])
def test_agents_who_can_not_be_rung_may_have_a_target_of_their_own(status: str) -> None:
    steps = {
        "start": {"kind": "goto", "target": "own"},
        "own": {**QUEUE, "unreachable": "word", "nobody": "bye"},
    }
    assert answered(walk_of(steps), Outcome(status))[0] == ("own", "unreachable", "word")


@pytest.mark.req("RT-4")
@pytest.mark.parametrize(
    ("status", "outcome", "then"),
    [("SUCCESS", "left", "bye"), ("USEREXIT", "no_message", "queue"), ("FAILED", "failed", "operator")],
)
def test_each_way_out_of_a_mailbox_has_its_target(status: str, outcome: str, then: str) -> None:
    box = {"kind": "voicemail", "mailbox": "8000", "next": "bye", "no_message": "queue", "failed": "operator"}
    steps = {"start": {"kind": "goto", "target": "box"}, "box": box}
    assert answered(walk_of(steps), Outcome(status))[0] == ("box", outcome, then)


SEAT = {"kind": "seat", "seat": "a1", "busy": "bye", "no_answer": "word", "unreachable": "queue"}
OUTSIDE = {**SEAT, "kind": "outside", "number": "13900139000", "trunk": "e1"}
del OUTSIDE["seat"]


@pytest.mark.parametrize(
    ("step", "request_made"),
    [
        (SEAT, Act("seat", "a1", 20, last=True, language="zh")),
        (OUTSIDE, Act("outside", "13900139000", 30, trunk="e1", last=True, language="zh")),
    ],
)
@pytest.mark.parametrize(
    ("status", "outcome", "then"),
    [
        ("ANSWER", "done", "@hangup"),
        ("BUSY", "busy", "bye"),
        ("NOANSWER", "no_answer", "word"),
        ("CHANUNAVAIL", "unreachable", "queue"),
        ("CONGESTION", "unreachable", "queue"),
        ("TORTURE", "unreachable", "queue"),
    ],
)
def test_each_end_of_a_dialled_call_has_its_target(
    step: dict[str, Any], request_made: Act, status: str, outcome: str, then: str
) -> None:
    walk = walk_of({"start": step})
    assert walk.request == request_made
    assert answered(walk, Outcome(status))[0] == ("start", outcome, then)


@pytest.mark.parametrize(
    ("status", "outcome"),
    [("SUCCESS", "left"), ("USEREXIT", "no_message"), ("FAILED", "failed"), ("", "failed")],
)
def test_a_mailbox_greets_and_goes_on(status: str, outcome: str) -> None:
    walk = walk_of({"start": {"kind": "goto", "target": "word"}})
    assert walk.request == Act("voicemail", "8000", prompts=("leave_word",), language="zh")
    assert walk.facts[-1].heard == ("leave_word",)
    assert answered(walk, Outcome(status))[0] == ("word", outcome, "@hangup")


def test_a_survey_step_goes_on_when_it_was_asked() -> None:
    walk = walk_of({"start": {"kind": "survey", "survey": "satisfaction", "next": "bye"}})
    assert walk.request == Act("survey", "satisfaction", language="zh")
    assert answered(walk, Outcome(""))[0] == ("start", "asked", "bye")


CALLBACK = {"kind": "callback", "queue": "care", "confirm": ["thanks"], "no_number": "word", "next": "bye"}


@pytest.mark.parametrize("caller", ["13800138000", "+8613800138000"])
def test_a_callback_is_kept_for_the_callers_number(caller: str) -> None:
    walk = walk_of({"start": CALLBACK}, caller)
    assert walk.request == Act("callback", "care", number=caller, prompts=("thanks",), language="zh")
    assert answered(walk, Outcome("kept"))[0] == ("start", "kept", "bye")


@pytest.mark.parametrize("caller", ["", "anonymous", "12", "1 OR 1=1"])
def test_a_callback_without_a_number_goes_elsewhere(caller: str) -> None:
    assert walk_of({"start": CALLBACK}, caller).place.step == "word"


def test_a_hang_up_says_its_last_words_and_nothing_follows() -> None:
    walk = walk_of({"start": {"kind": "goto", "target": "bye"}})
    assert (walk.request, walk.ended) == (Act("hangup", prompts=("bye",), language="zh"), True)
    assert answered(walk, Pressed("1"), Outcome("x"), HungUp()) == []


@pytest.mark.parametrize("steps", [{"start": MENU}, {"start": LOOKUP}, {"start": COLLECT}, {"start": SEAT}])
def test_a_caller_who_hangs_up_leaves_a_fact_with_no_next_step(steps: dict[str, Any]) -> None:
    walk = walk_of(steps)
    assert answered(walk, HungUp()) == [("start", "hung_up", None)]
    assert walk.ended
