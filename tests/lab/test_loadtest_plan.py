"""What a seed makes of a load: callers by their chances, calls by their schedule. No calls are placed."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.errors import HotlineError, NotFound
from lab.loadtest.phones import lines
from lab.loadtest.plan import PATIENCE_SECONDS, plan
from lab.loadtest.scenario import Scenario, library, load, named
from lab.loadtest.schedule import SHAPES, Schedule, moments, plateau, ramp, soak, spike
from lab.scenario import Caller, render

RATES = st.floats(0.1, 50)
LENGTHS = st.floats(5, 600)


@pytest.mark.parametrize("name", SHAPES)
@given(rate=RATES, seconds=LENGTHS, seed=st.integers(0, 1000))
def test_calls_begin_in_their_time_and_order_and_as_many_as_the_rate_says(
    name: str, rate: float, seconds: float, seed: int
) -> None:
    schedule = SHAPES[name](rate, seconds)
    begins = moments(schedule, Random(seed), 10_000)
    assert begins == sorted(begins)
    assert all(0 <= at <= seconds for at in begins)
    if len(begins) < 10_000:
        assert abs(len(begins) - schedule.expected()) <= 6 * schedule.expected() ** 0.5 + 6


def test_a_ramp_has_most_of_its_calls_late_and_a_spike_in_the_middle() -> None:
    begins = moments(ramp(20, 100), Random(1), 10_000)
    assert sum(at > 50 for at in begins) == pytest.approx(0.75 * len(begins), rel=0.1)
    begins = moments(spike(20, 100), Random(1), 10_000)
    assert sum(40 <= at < 60 for at in begins) == pytest.approx(20 * 20, rel=0.15)


@pytest.mark.parametrize(
    ("schedule", "at", "rate"),
    [(ramp(10, 100), 50, 5), (plateau(10, 100), 50, 10), (plateau(10, 100), 5, 5), (spike(10, 100), 10, 2)],
)
def test_the_rate_is_straight_between_two_points(schedule: Schedule, at: float, rate: float) -> None:
    assert schedule.rate(at) == pytest.approx(rate)
    assert schedule.rate(schedule.seconds + 1) == 0


@pytest.mark.parametrize("name", library())
def test_a_seed_makes_the_same_calls_again_and_another_others(name: str) -> None:
    one, same, other = (plan(named(name), soak(5, 60), seed, 1000) for seed in (1, 1, 2))
    assert one == same
    assert [call.turn for call in one] != [call.turn for call in other]
    assert not {call.number for call in one} & {call.number for call in other}
    assert len({call.number for call in one}) == len(one)


def test_callers_do_what_they_do_as_often_as_their_chances_say() -> None:
    calls = plan(named("office"), soak(50, 100), 7, 5000)
    kinds = Counter(call.kind.name for call in calls)
    shares = {kind.name: kind.share for kind in named("office").callers}
    for name, share in shares.items():
        assert kinds[name] / len(calls) == pytest.approx(share / sum(shares.values()), rel=0.25)
    served = [call for call in calls if call.kind.name == "served"]
    wrong = sum(call.turn.keys[0].digit != "0" for call in served)
    assert wrong / len(served) == pytest.approx(0.1, rel=0.3)
    assert sum(call.gives_up for call in served) / len(served) == pytest.approx(0.1, rel=0.3)
    scores = Counter(call.turn.keys[-1].digit for call in served if len(call.turn.keys) > 5)
    assert scores.total() / len(served) == pytest.approx(0.6, rel=0.1)
    assert [digit for digit, _ in scores.most_common()] == ["1", "2", "3", "4"]


def test_thinking_and_giving_up_keep_within_their_spans() -> None:
    for call in plan(named("office"), soak(20, 60), 8, 1000):
        stays = call.turn.leaves_ms / 1000
        if not call.gives_up:
            assert stays == PATIENCE_SECONDS
        elif call.kind.abandons:
            low, high = call.kind.abandons.after
            assert low <= stays <= high
        if call.kind.keys:
            low, high = call.kind.keys[0].think
            assert low <= call.turn.keys[0].after_ms / 1000 <= high


def test_no_more_calls_than_were_asked_for() -> None:
    assert len(plan(named("menus"), soak(50, 60), 1, 10)) == 10


def test_the_calls_are_one_run_of_sipp_with_a_row_each() -> None:
    calls = plan(named("office"), soak(2, 20), 1, 100)
    caller = Caller(
        dials="1", calls=[(one.kind.dials, one.number) for one in calls], turns=[one.turn for one in calls]
    )
    assert "clock_tick" in render(caller)
    _, *rows = caller.rows(range(30000, 30000 + lines(calls))).splitlines()
    assert [row.split(";")[1:3] for row in rows] == [[one.kind.dials, one.number] for one in calls]
    assert [row.split(";")[4:] for row in rows] == [
        [str(one.turn.begins_ms), str(one.turn.leaves_ms)] for one in calls
    ]
    assert caller.speech().pressed(1)[0][1] == calls[0].turn.keys[0].digit


def test_each_call_has_a_port_that_no_call_before_it_can_still_have() -> None:
    calls = plan(named("menus"), soak(2, 600), 1, 2000)
    slots = lines(calls)
    assert slots < len(calls) / 2
    assert all(
        later.at - first.at > PATIENCE_SECONDS for first, later in zip(calls, calls[slots:], strict=False)
    )


def test_a_load_that_is_not_there_is_named_with_those_that_are() -> None:
    with pytest.raises(NotFound, match="no load nightly; there are crowded, menus, office"):
        named("nightly")


def test_a_mistake_in_a_file_is_told_with_its_place(tmp_path: pytest.TempPathFactory) -> None:
    file = tmp_path / "mine.yaml"  # type: ignore[operator]
    file.write_text("title: {en: Mine}\ncallers: [{name: a, title: {en: A}, share: 0, dials: '1'}]\n")
    with pytest.raises(HotlineError, match=r"mine.yaml: callers.0.share: .*greater than 0"):
        load(file)
    file.write_text("title: {en: Mine\n")
    with pytest.raises(HotlineError, match=r"mine\.yaml"):
        load(file)


def test_two_kinds_of_one_name_are_refused() -> None:
    one = named("menus").callers[0].model_dump()
    with pytest.raises(ValueError, match="the same name"):
        Scenario.model_validate({"title": {"en": "Twice"}, "callers": [one, one]})


@pytest.mark.parametrize("page", ["docs/guide/loadtest.md", "docs/guide/zh/loadtest.md"])
def test_the_guides_own_load_is_read(page: str, tmp_path: Path) -> None:
    lines = re.findall(r"(?m)^    (.*)\n", (Path(__file__).parents[2] / page).read_text("utf-8"))
    file = tmp_path / "evening.yaml"
    file.write_text("\n".join(lines), "utf-8")
    assert [agents.count for agents in named(str(file)).agents] == [8, 1, 1]
