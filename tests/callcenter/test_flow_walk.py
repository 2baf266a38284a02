"""What a walk does across steps: entering, other flows, calendars, circles, versions."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from callcenter.flow import Hear, Outcome, Place, Pressed, Walk
from callcenter.site import Site
from callcenter.site_file.published import Published
from tests.callcenter.flow_sites import NOON, QUEUE, flow, site

PLAY = {"kind": "play", "prompts": ["hello"], "next": "@hangup"}


def enter(built: Site, trunk: str = "e1", at: dt.datetime = NOON) -> Walk:
    return Walk.enter(Published(built), caller="13800138000", trunk=trunk, did="95588", at=at)


def resume(built: Site, cursor: str, variables: str = "") -> Walk:
    place = Place.parse(cursor, variables)
    return Walk(Published(built), place, caller="13800138000", trunk="e1", did="95588", at=NOON)


@pytest.mark.req("IVR-2")
def test_the_first_fact_says_why_the_call_opened_this_flow() -> None:
    first = enter(site(flow({"start": PLAY}))).facts[0]
    assert first == ("main", "start", "play", "zh", (), None, "entered", "start", first.reason)
    assert first.reason == "number 95588 on any trunk opens flow main"


def test_callers_of_one_version_are_each_asked_in_their_own_language_and_by_their_own_failed_tries() -> None:
    limit = {"prompt": "sorry"}
    menu = {"kind": "menu", "prompts": ["menu"], "keys": {"1": "@hangup"}, "no_input": limit}
    published = Published(site(flow({"start": menu})))
    asked = []
    for cursor in ("main/start;zh", "main/start;en", "main/start;zh;missed=n", "main/start;zh"):
        walk = Walk(published, Place.parse(cursor), caller="", trunk="e1", did="95588", at=NOON)
        asked.append(walk.request)
    chinese = Hear(("menu",), "zh", "1", True, 5)
    after_silence = Hear(("sorry", "menu"), "zh", "1", True, 5)
    assert asked == [chinese, Hear(("menu",), "en", "1", True, 5), after_silence, chinese]


@pytest.mark.req("IVR-3")
@pytest.mark.parametrize(
    ("at", "stands"),
    [
        ("2026-03-03T10:00+08:00", "main/operator"),
        ("2026-03-03T12:30+08:00", "main/lunch"),
        ("2026-03-03T20:00+08:00", "main/word"),
        ("2026-10-01T10:00+08:00", "main/bye"),
        ("2026-03-03T02:00+00:00", "main/operator"),
    ],
)
def test_a_branch_on_the_calendar_takes_what_the_moment_is(at: str, stands: str) -> None:
    cases = {"open": "@operator", "holiday": "bye", "lunch": "lunch"}
    hours = {"kind": "branch", "on": "calendar", "calendar": "office", "cases": cases, "otherwise": "word"}
    walk = enter(site(flow({"start": hours, "lunch": PLAY})), at=dt.datetime.fromisoformat(at))
    assert walk.place.cursor.split(";")[0] == stands
    assert walk.facts[1].reason.startswith("calendar office is ")


@pytest.mark.req("IVR-4")
@pytest.mark.parametrize(
    ("trunk", "through", "language"),
    [
        ("e1", "english/", "en"),
        ("e1", "english/home", "zh"),
        ("gateway", "other/", "en"),
        ("e1", "chosen", "en"),
    ],
)
def test_another_flow_brings_its_language_unless_one_was_chosen(
    trunk: str, through: str, language: str
) -> None:
    chosen = {"kind": "language", "language": "en", "next": "main/last"}
    main = flow({"start": {"kind": "goto", "target": through}, "chosen": chosen, "last": PLAY})
    english = flow({"start": PLAY, "home": {"kind": "goto", "target": "main/last"}}, "english", language="en")
    other = flow({"start": PLAY}, "other")
    request = enter(site(main, english, other), trunk).request
    assert isinstance(request, Hear)
    assert request.language == language


@pytest.mark.req("IVR-1")
def test_facts_name_steps_of_other_flows_in_full() -> None:
    main = flow({"start": {"kind": "goto", "target": "other/"}})
    walk = enter(site(main, flow({"home": PLAY}, "other")))
    assert [(fact.flow, fact.step, fact.next) for fact in walk.facts] == [
        ("main", "start", "start"),
        ("main", "start", "other/home"),
    ]


def test_a_silent_circle_ends_at_the_operator_and_then_at_the_end() -> None:
    circle = {"start": {"kind": "goto", "target": "@repeat"}}
    walk = enter(site(flow(circle)))
    assert walk.place.step == "operator"
    assert [fact.reason for fact in walk.facts if fact.outcome == "loop_guard"] == [
        "201 steps without a question: on to the operator"
    ]
    nobody = {**circle, "operator": {**QUEUE, "nobody": "start"}}
    walk = enter(site(flow(nobody)))
    walk.answer(Outcome("JOINEMPTY"))
    assert walk.ended
    assert walk.facts[-1].reason == "201 steps without a question: the call ends"


def test_a_caller_who_goes_round_for_ever_is_stopped_too() -> None:
    menu = {"kind": "menu", "prompts": ["menu"], "keys": {"1": "@repeat"}}
    walk = enter(site(flow({"start": menu})))
    for _ in range(1000):
        walk.answer(Pressed("1"))
    assert walk.place.step == "operator"
    assert walk.facts[-2].reason == "1001 steps in one call: on to the operator"


@pytest.mark.req("IVR-8")
def test_a_call_keeps_the_version_it_began_with() -> None:
    menu = {"kind": "menu", "prompts": ["menu"], "keys": {"1": "bye"}}
    old, new = site(flow({"start": menu})), site(flow({"start": {**menu, "keys": {"1": "word"}}}))
    cursor = enter(old).place.cursor
    old_walk, new_walk = resume(old, cursor), resume(new, cursor)
    for walk in (old_walk, new_walk):
        walk.answer(Pressed("1"))
    assert (old_walk.place.step, new_walk.place.step) == ("bye", "word")


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "main/gone;zh",
        "gone/start;zh",
        "main/start",
        "main/start;zh;doing;back=1",
        "main/start;zh\n",
        "../../etc/passwd;zh",
        "main/start;zh;count=99999.0",
        "main/start;zh;missed=" + "n" * 17,
        "main/ｓtart;zh",
        "x" * 100_000,
        "${SHELL(id)}",
    ],
)
def test_a_cursor_that_leads_nowhere_leads_to_the_operator(cursor: str) -> None:
    walk = resume(site(flow({"start": PLAY})), cursor)
    assert walk.place.step == "operator"
    assert [fact.outcome for fact in walk.facts] == ["lost", "begun"]


@pytest.mark.parametrize(
    "cursor",
    [
        "main/bye;zh;back=9999.0.0",
        "main/start;zh;missed=nnnnnnnnnnnnnnnn",
        "main/start;zh;typed=s;count=999.999",
    ],
)
def test_a_forged_cursor_can_only_go_where_the_flow_goes(cursor: str) -> None:
    menu = {"kind": "menu", "prompts": ["menu"], "keys": {"1": "bye"}}
    walk = resume(site(flow({"start": menu})), cursor)
    for _ in range(5):
        walk.answer(Pressed(None))
    assert walk.ended


@pytest.mark.parametrize(
    "text",
    ["a=%zz&b=%ff", "&&&==", "A=1&a b=2", "a=" + "9" * 2000, "a=%0d%0aAction:", "=1", "é=1", "a" * 41 + "=1"],
)
def test_hostile_values_are_dropped_or_kept_as_one_printable_line(text: str) -> None:
    variables = Place.parse("main/start;zh", text).variables
    assert all(value.isprintable() and name.isascii() for name, value in variables.items())


def built_on(start: dict[str, Any]) -> Site:
    return site(flow({"start": start}))


def test_a_place_over_stays_over() -> None:
    walk = enter(built_on({"kind": "goto", "target": "@hangup"}))
    assert walk.place.cursor == "main/.;zh;count=2.2"
    assert resume(built_on(PLAY), walk.place.cursor).ended


def test_a_site_without_flows_hangs_up() -> None:
    empty = Site(name="empty", title="Empty", timezone="Asia/Shanghai", languages=["zh"])
    assert enter(empty).ended
    assert resume(empty, "main/start;zh").ended
