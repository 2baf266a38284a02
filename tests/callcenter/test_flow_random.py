"""Random flows and random callers: a walk always ends, never raises, and can be taken up anywhere."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callcenter.flow import (
    Act,
    Answer,
    Collected,
    Failed,
    Found,
    HungUp,
    NotFound,
    Outcome,
    Place,
    Pressed,
    Walk,
)
from callcenter.site import Site
from callcenter.site_file.published import Published
from tests.callcenter.flow_sites import NOON, flow, site

pytestmark = pytest.mark.slow

NAMES = [f"s{number}" for number in range(4)]
WORDS = ["@back", "@repeat", "@operator", "@hangup", "other/", "other/s1", "main/s2"]
targets = st.sampled_from(NAMES + WORDS)
keys = st.sampled_from("0123456789*#")
ways = st.dictionaries(keys, targets, min_size=1, max_size=3)
limits = st.fixed_dictionaries(
    {"times": st.integers(1, 3), "prompt": st.sampled_from([None, "sorry"]), "then": targets}
)
variables = st.sampled_from(["pin", "balance"])
readable = st.sampled_from(["pin", "balance", "caller", "language"])


def step(kind: str, **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({"kind": st.just(kind), **fields})


PROMPTS = st.just(["menu"])
EXITS = {"busy": targets, "no_answer": targets, "unreachable": targets, "done": targets}
steps = st.one_of(
    step("menu", prompts=PROMPTS, keys=ways, no_input=limits, wrong_key=limits),
    step("play", prompts=PROMPTS, interruptible=st.booleans(), next=targets),
    step(
        "say",
        **{"as": st.sampled_from(["number", "digits", "date", "time", "money"])},
        value=readable,
        next=targets,
    ),
    step(
        "collect",
        prompts=PROMPTS,
        save=variables,
        masked=st.booleans(),
        no_input=limits,
        wrong=limits,
        next=targets,
    ),
    step(
        "lookup",
        url=st.just("http://crm.test/x"),
        send=st.dictionaries(st.just("q"), readable),
        save=st.dictionaries(variables, st.sampled_from(["a", "a.b", "a.0"])),
        found=targets,
        not_found=targets,
        failed=targets,
    ),
    step(
        "branch",
        on=st.just("variable"),
        variable=readable,
        cases=st.dictionaries(keys.filter(str.isdigit), targets, min_size=1),
        otherwise=targets,
    ),
    step(
        "branch",
        on=st.just("calendar"),
        calendar=st.just("office"),
        cases=st.just({"closed": "s0"}),
        otherwise=targets,
    ),
    step("branch", on=st.just("caller"), cases=st.just({"138": "s1", "1": "s2"}), otherwise=targets),
    step("branch", on=st.just("language"), cases=st.just({"en": "s3"}), otherwise=targets),
    step("language", language=st.sampled_from(["zh", "en"]), next=targets),
    step(
        "queue",
        queue=st.just("sales"),
        keys=ways,
        timeout=targets,
        full=targets,
        nobody=targets,
        done=targets,
    ),
    step("seat", seat=st.just("a1"), **EXITS),
    step("outside", number=st.just("13900139000"), trunk=st.just("e1"), **EXITS),
    step("voicemail", mailbox=st.just("8000"), greeting=PROMPTS, next=targets),
    step("callback", queue=st.just("care"), next=targets),
    step("goto", target=targets),
    step("hangup", prompts=PROMPTS),
    step("survey", survey=st.just("satisfaction"), next=targets),
)
flows = st.fixed_dictionaries(dict.fromkeys(NAMES, steps))
sites = st.builds(lambda one, two: site(flow(one), flow(two, "other", language="en")), flows, flows)

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from("ab"), inner, max_size=2),
    max_leaves=5,
)
queue_statuses = ["TIMEOUT", "FULL", "JOINEMPTY", "CONTINUE", "KEY-1"]
other_statuses = ["ANSWER", "BUSY", "NOANSWER", "CHANUNAVAIL", "SUCCESS", "FAILED"]
answers: st.SearchStrategy[Answer] = st.one_of(
    st.builds(Pressed, st.none() | keys | st.text(max_size=2)),
    st.builds(Collected, st.none() | st.text("0123456789*", max_size=8) | st.text(max_size=3)),
    st.builds(Found, json_values),
    st.just(NotFound()),
    st.builds(Failed, st.text(max_size=5)),
    st.builds(Outcome, st.sampled_from(queue_statuses + other_statuses) | st.text(max_size=5)),
)
callers = st.sampled_from(["13800138000", "", "1", "anonymous"])


unhurried = settings(deadline=None, max_examples=60)
"""A busy machine is no failure."""


def enter(built: Site, caller: str) -> Walk:
    return Walk.enter(Published(built), caller=caller, trunk="e1", did="95588", at=NOON)


@pytest.mark.req("IVR-1", "IVR-6")
@unhurried
@given(sites, callers, st.lists(answers, max_size=30))
def test_no_flow_and_no_answer_makes_a_walk_fail_and_every_fact_names_a_step(
    built: Site, caller: str, given_answers: list[Answer]
) -> None:
    walk = enter(built, caller)
    for answer in given_answers:
        walk.answer(answer)
    walk.answer(HungUp())
    assert walk.ended
    known = {(each.name, name): step.kind for each in built.flows for name, step in each.steps.items()}
    assert all(known[fact.flow, fact.step] == fact.kind for fact in walk.facts)
    assert all(fact.reason for fact in walk.facts)


@unhurried
@given(sites, st.lists(answers, min_size=1, max_size=5))
def test_every_walk_ends_even_when_nobody_hangs_up(built: Site, given_answers: list[Answer]) -> None:
    walk = enter(built, "13800138000")
    for number in range(2100):
        walk.answer(given_answers[number % len(given_answers)])
    assert walk.ended


@pytest.mark.req("IVR-8")
@unhurried
@given(sites, callers, st.lists(answers, max_size=30))
def test_a_walk_taken_up_from_its_cursor_goes_the_same_way(
    built: Site, caller: str, given_answers: list[Answer]
) -> None:
    published = Published(built)
    walk = enter(built, caller)
    for answer in given_answers:
        place = Place.parse(walk.place.cursor, walk.place.variables_text)
        assert len(walk.place.cursor) < 200
        assert (place.cursor, place.variables_text) == (walk.place.cursor, walk.place.variables_text)
        walk.facts.clear()
        if walk.place.masked:
            walk.answer(answer)
            continue
        taken_up = Walk(published, place, caller=caller, trunk="e1", did="95588", at=NOON)
        assert (taken_up.request, taken_up.place, taken_up.facts) == (walk.request, walk.place, [])
        for each in (walk, taken_up):
            each.answer(answer)
        assert (taken_up.request, taken_up.place, taken_up.facts) == (walk.request, walk.place, walk.facts)


@unhurried
@given(sites, st.lists(answers, max_size=20))
def test_masked_values_never_leave_with_an_action(built: Site, given_answers: list[Answer]) -> None:
    walk = enter(built, "13800138000")
    for answer in given_answers:
        if isinstance(walk.request, Act):
            assert not walk.place.masked
        walk.answer(answer)


@given(st.text(max_size=250), st.text(max_size=250))
def test_any_text_can_be_read_as_a_cursor(cursor: str, values: str) -> None:
    place = Place.parse(cursor, values)
    again = Place.parse(place.cursor, place.variables_text)
    assert again == place or place.flow == ""


@given(st.dictionaries(st.text(max_size=10), st.text(max_size=60), max_size=30))
def test_values_kept_come_back_equal_and_fit_into_one_line(values: dict[str, str]) -> None:
    place = Place("main", "start", "zh")
    kept = {name: value for name, value in values.items() if place.keep(name, value)}
    assert place.variables == kept
    text = place.variables_text
    assert text.isascii()
    assert len(text) <= 1000
    assert Place.parse("main/start;zh", text).variables == kept
