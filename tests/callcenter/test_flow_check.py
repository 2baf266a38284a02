"""What is refused in a flow before it is published, and what is only warned of."""

from __future__ import annotations

import typing
from typing import Any, get_type_hints

import pytest

from callcenter.flow_review.check import all_problems, problems, prompts_of, variables_of
from callcenter.flow_review.graph import TARGETS, targets
from callcenter.site import Site
from callcenter.site.problems import dotted
from callcenter.site.steps import Limit, Step, Target
from tests.callcenter.flow_sites import QUEUE, flow, site

MENU = {"kind": "menu", "prompts": ["menu"], "keys": {"1": "operator", "2": "word", "3": "bye"}}


def found(built: Site) -> list[tuple[str, str]]:
    """Path below the first flow and message, warnings marked."""
    return [
        (dotted(each.path).removeprefix("flows[0]."), ("warning: " if each.warning else "") + each.message)
        for each in problems(built.flows[0], built)
    ]


def of_steps(steps: dict[str, Any]) -> list[tuple[str, str]]:
    return found(site(flow({"start": MENU, **steps})))


def errors_of(steps: dict[str, Any]) -> list[tuple[str, str]]:
    return [each for each in of_steps(steps) if not each[1].startswith("warning: ")]


def test_a_sound_flow_has_no_problems() -> None:
    assert of_steps({}) == []


@pytest.mark.parametrize("target", ["gone", "gone/", "main/gone"])
def test_an_unknown_target_is_refused(target: str) -> None:
    message = f"there is no step {target}: name a step, flow/step, or an @ word"
    assert of_steps({"start": {**MENU, "keys": {**MENU["keys"], "4": target}}}) == [
        ("steps.start.keys.4", message)
    ]


def test_a_start_and_an_operator_must_be_steps() -> None:
    broken = flow({"start": {"kind": "goto", "target": "@hangup"}}, start="gone") | {"operator": "nobody"}
    assert [path for path, message in found(site(broken)) if "there is no step" in message] == [
        "start",
        "operator",
    ]


def test_an_operator_must_end_somewhere() -> None:
    circle = {"kind": "play", "prompts": ["sorry"], "next": "@repeat"}
    assert ("operator", "the operator step leads to no queue, seat, number, mailbox or hang-up") in of_steps(
        {"operator": circle}
    )


def test_a_step_nothing_leads_to_is_warned_of() -> None:
    steps = {"island": {"kind": "hangup"}}
    assert of_steps(steps) == [
        ("steps.island", "warning: no step leads here: remove it, or give it a way in")
    ]


def test_a_step_reached_from_another_flow_is_no_island() -> None:
    other = flow({"start": {"kind": "goto", "target": "main/island"}}, "other")
    built = site(flow({"start": MENU, "island": {"kind": "hangup"}}), other)
    assert found(built) == []


def test_a_menu_without_a_way_out_is_refused() -> None:
    limit = {"then": "closed"}
    closed = {**MENU, "keys": {"1": "@back"}, "no_input": limit, "wrong_key": limit}
    steps = {"start": {"kind": "goto", "target": "closed"}, "closed": closed}
    assert (
        "steps.closed",
        "from this menu no queue, seat, number, mailbox or hang-up can be reached",
    ) in of_steps(steps)


def test_a_loop_without_an_exit_is_refused() -> None:
    loop = {
        "start": {"kind": "play", "prompts": ["hello"], "next": "again"},
        "again": {"kind": "play", "prompts": ["hello"], "next": "start"},
    }
    assert [path for path, message in of_steps(loop) if message.startswith("a loop without an exit")] == [
        "steps.start",
        "steps.again",
    ]


def test_a_step_that_leads_nowhere_is_a_dead_end() -> None:
    steps = {"start": {"kind": "play", "prompts": ["hello"], "next": "gone"}}
    assert ("steps.start", "a dead end: nothing follows it and nothing ends the call") in of_steps(steps)


SILENT = "an endless silent loop: the call can come back here with nothing said or asked"


def test_steps_that_only_decide_may_not_go_round() -> None:
    fork = {"kind": "branch", "on": "caller", "cases": {"138": "bye"}, "otherwise": "tongue"}
    steps = {"start": fork, "tongue": {"kind": "language", "language": "en", "next": "start"}}
    assert errors_of(steps) == [("steps.start", SILENT), ("steps.tongue", SILENT)]


def test_two_empty_queues_may_not_hand_a_call_to_each_other() -> None:
    steps = {"start": {**QUEUE, "nobody": "care"}, "care": {**QUEUE, "queue": "care", "nobody": "start"}}
    assert errors_of(steps) == [("steps.start", SILENT), ("steps.care", SILENT)]


def test_a_queue_may_be_waited_in_again_after_a_prompt() -> None:
    steps = {"start": {**QUEUE, "timeout": "patience"}, "patience": {"kind": "play", "prompts": ["sorry"]}}
    steps["patience"]["next"] = "start"
    assert of_steps(steps) == []


@pytest.mark.parametrize("then", ["@repeat", "start", "main/start", "main/"])
def test_a_limit_may_not_lead_to_its_own_step(then: str) -> None:
    limited = {**MENU, "no_input": {"then": then}}
    message = "the limit leads to its own step: it limits nothing"
    assert of_steps({"start": limited}) == [("steps.start.no_input.then", message)]


@pytest.mark.req("IVR-4")
def test_a_prompt_must_exist_in_every_language_it_is_heard_in() -> None:
    chinese = [{"name": name, "text": {"zh": "你好"}} for name in ("menu", "bye", "leave_word", "hello")]
    english = {"kind": "language", "language": "en", "next": "hello"}
    steps = {"start": {**MENU, "keys": {"2": "english", "3": "bye", "4": "word"}}, "english": english}
    steps["hello"] = {"kind": "hangup", "prompts": ["hello"]}
    assert found(site(flow(steps), prompts=chinese)) == [
        ("steps.hello.prompts[0]", "prompt hello is heard here in en: give it text or audio in en")
    ]


@pytest.mark.req("IVR-4")
def test_a_fork_on_the_language_keeps_the_languages_apart() -> None:
    prompts = [{"name": name, "text": {"zh": "你好", "en": "hi"}} for name in ("menu", "bye", "leave_word")]
    prompts += [{"name": "hello", "text": {"en": "hello"}}, {"name": "thanks", "text": {"zh": "谢谢"}}]
    steps = {
        "start": {**MENU, "keys": {"1": "english", "2": "fork", "3": "word"}},
        "english": {"kind": "language", "language": "en", "next": "fork"},
        "fork": {"kind": "branch", "on": "language", "cases": {"en": "hello"}, "otherwise": "thanks"},
        "hello": {"kind": "play", "prompts": ["hello"], "next": "bye"},
        "thanks": {"kind": "play", "prompts": ["thanks"], "next": "bye"},
    }
    assert found(site(flow(steps), prompts=prompts)) == []


def test_a_value_is_warned_of_when_nothing_before_can_have_saved_it() -> None:
    steps = {
        "start": {"kind": "say", "as": "digits", "value": "pin", "next": "ask"},
        "ask": {"kind": "collect", "prompts": ["ask_pin"], "save": "pin", "masked": True, "next": "tell"},
        "tell": {"kind": "say", "as": "digits", "value": "pin", "next": "caller"},
        "caller": {"kind": "say", "as": "digits", "value": "caller", "next": "queue"},
        "queue": {**QUEUE, "timeout": "after"},
        "after": {
            "kind": "branch",
            "on": "variable",
            "variable": "pin",
            "cases": {"1": "word"},
            "otherwise": "bye",
        },
    }
    message = "warning: nothing on the way here can have saved pin (masked values end at an action)"
    assert of_steps(steps) == [("steps.start.value", message), ("steps.after.variable", message)]


@pytest.mark.parametrize(
    ("step", "path"),
    [
        (
            {"kind": "collect", "prompts": ["ask_pin"], "save": "pin", "least": 9, "most": 4, "next": "bye"},
            "least",
        ),
        ({"kind": "collect", "prompts": ["ask_pin"], "save": "caller", "next": "bye"}, "save"),
        ({"kind": "branch", "on": "variable", "cases": {"1": "bye"}, "otherwise": "word"}, "on"),
        ({"kind": "branch", "on": "language", "cases": {"fr": "bye"}, "otherwise": "word"}, "cases.fr"),
        (
            {
                "kind": "branch",
                "on": "calendar",
                "calendar": "office",
                "cases": {"siesta": "bye", "lunch": "bye"},
                "otherwise": "word",
            },
            "cases.siesta",
        ),
    ],
)
def test_the_fields_of_a_step_must_agree(step: dict[str, Any], path: str) -> None:
    assert [where for where, _ in errors_of({"start": step})] == [f"steps.start.{path}"]


def test_all_flows_are_checked_as_one() -> None:
    broken = {"start": {"kind": "goto", "target": "gone"}}
    built = site(flow({"start": MENU}), flow(broken, "other"))
    assert all_problems(built) == problems(built.flows[1], built)


KINDS = typing.get_args(typing.get_args(Step)[0])


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: str(kind.__name__))
def test_every_field_that_holds_a_target_is_known_to_the_graph(kind: type[Any]) -> None:
    hints = get_type_hints(kind, include_extras=True)
    held = {name for name, hint in hints.items() if hint in (Target, Target | None)}
    ways = {name for name, hint in hints.items() if Target in typing.get_args(hint)} - held
    assert held <= TARGETS
    assert ways <= {"keys", "cases"}


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: str(kind.__name__))
def test_every_field_of_a_kind_can_be_asked_for_targets_prompts_and_values(kind: type[Any]) -> None:
    bare = kind.model_construct(**{name: _some(name, field) for name, field in kind.model_fields.items()})
    assert list(targets(bare)) or kind.__name__ == "HangUp"
    assert all(prompt == "x" for _, prompt in prompts_of(bare))
    assert all(variable for _, variable in variables_of(bare))


def _some(name: str, field: Any) -> Any:
    if field.annotation is Limit:
        return Limit(prompt="x", then="bye")
    if name in ("keys", "cases", "send", "save") and "dict" in str(field.annotation):
        return {"1": "bye"}
    return ["x"] if "list" in str(field.annotation) else "x"
