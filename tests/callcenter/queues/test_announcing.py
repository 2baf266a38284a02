"""What who waits is told: places and waits in correct words, a foretold moment that never moves away."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter import spoken
from callcenter.queues import estimate
from callcenter.queues.announcing import Told, sentences
from callcenter.queues.live import LiveQueue, Member
from callcenter.site.waiting import Announce

NOW = dt.datetime(2026, 11, 22, 8, tzinfo=dt.UTC)
SECOND = dt.timedelta(seconds=1)


def text(keys: tuple[str, ...], language: str) -> str:
    between = "" if language == "zh" else " "
    return between.join(spoken.phrases(language).get(key, key) for key in keys)


@pytest.mark.req("ACD-2", "IVR-4")
@pytest.mark.parametrize(
    ("place", "zh", "en"),
    [
        (1, "您排在第一位", "You are number one in the line."),
        (2, "您排在第二位", "You are number two in the line."),
        (12, "您排在第十二位", "You are number twelve in the line."),
        (110, "您排在第一百一十位", "You are number one hundred ten in the line."),
        (112, "您排在第一百一十二位", "You are number one hundred twelve in the line."),
    ],
)
def test_the_place_is_told_correctly(place: int, zh: str, en: str) -> None:
    assert text(spoken.in_line(place, "zh"), "zh") == zh
    assert text(spoken.in_line(place, "en"), "en") == en


@pytest.mark.req("ACD-2", "IVR-4")
@pytest.mark.parametrize(
    ("minutes", "zh", "en"),
    [
        (0, "预计等待不到一分钟", "The expected wait is less than one minute"),
        (1, "预计等待一分钟", "The expected wait is one minute"),
        (2, "预计等待两分钟", "The expected wait is two minutes"),
        (22, "预计等待二十二分钟", "The expected wait is twenty-two minutes"),
        (110, "预计等待一百一十分钟", "The expected wait is one hundred ten minutes"),
    ],
)
def test_the_wait_is_told_correctly(minutes: int, zh: str, en: str) -> None:
    assert text(spoken.wait(minutes, "zh"), "zh") == zh
    assert text(spoken.wait(minutes, "en"), "en") == en


@pytest.mark.req("ACD-2")
@given(st.lists(st.tuples(st.integers(0, 300), st.none() | st.floats(0, 10_000)), max_size=40))
def test_the_wait_that_is_told_never_grows(looks: list[tuple[int, float | None]]) -> None:
    now, foretold, said = NOW, None, None
    for later, seconds in looks:
        now += later * SECOND
        foretold = estimate.until(foretold, now, seconds)
        if foretold is not None:
            minutes = estimate.minutes(foretold, now)
            assert said is None or minutes <= said
            assert minutes >= 0
            said = minutes


@pytest.mark.req("ACD-2")
@given(st.floats(1, 3600), st.integers(1, 100), st.integers(1, 50))
def test_who_is_further_back_or_has_fewer_agents_waits_no_shorter(
    pace: float, place: int, agents: int
) -> None:
    wait = estimate.expected_wait(place, pace, agents)
    assert wait is not None
    assert wait <= (estimate.expected_wait(place + 1, pace, agents) or 0)
    assert wait >= (estimate.expected_wait(place, pace, agents + 1) or 0)


@pytest.mark.req("ACD-2")
def test_nothing_is_foretold_without_agents_or_with_too_few_calls() -> None:
    pace = estimate.Pace([60, 60])
    assert pace.seconds is None
    pace.add(90)
    assert pace.seconds == 70
    assert estimate.expected_wait(1, pace.seconds, 0) is None
    for _ in range(estimate.CALLS):
        pace.add(10)
    assert pace.seconds == 10


@pytest.mark.req("ACD-2")
def test_who_serves_is_neither_paused_nor_away() -> None:
    members = [("1", False), ("2", False), ("6", False), ("5", False), ("1", True), ("4", False)]
    queue = LiveQueue(
        [],
        {
            str(n): Member(str(n), "", status, 0, paused, "", False, 0, 0)
            for n, (status, paused) in enumerate(members)
        },
    )
    assert estimate.serving(queue) == 3


@pytest.mark.req("ACD-2")
def test_welcome_comes_first_messages_by_turns_behind_it() -> None:
    announce = Announce(
        welcome=["hello"], position=True, wait=True, every_seconds=20, messages=["web", "night"]
    )
    told = Told.from_joining(NOW, NOW, announce)
    assert told.next_at > NOW
    said = []
    now = told.next_at
    for place, seconds in ((3, None), (2, 150.0), (2, 900.0), (1, None)):
        said.append(text(sentences(announce, told, place, seconds, now, "zh"), "zh"))
        assert told.next_at == now + 20 * SECOND
        now = told.next_at
    assert said == [
        "hello您排在第三位",
        "您排在第二位预计等待三分钟web",
        "您排在第二位预计等待三分钟night",
        "您排在第一位预计等待两分钟web",
    ]


@pytest.mark.req("ACD-2")
def test_who_was_waiting_when_the_listener_came_is_not_welcomed_again() -> None:
    announce = Announce(welcome=["hello"], position=True)
    told = Told.from_joining(NOW - 60 * SECOND, NOW, announce)
    assert told.next_at == NOW + 30 * SECOND
    assert sentences(announce, told, 1, None, told.next_at, "en") == spoken.in_line(1, "en")
