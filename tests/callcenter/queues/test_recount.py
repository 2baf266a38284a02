"""The recount of the ledger against the visits of the journey, whatever order the events came in."""

from __future__ import annotations

import datetime as dt
import random

import pytest

from callcenter.journey import CallRecord
from callcenter.ledger_format import CEL_COLUMNS
from callcenter.queues.recount import differences, recount
from callcenter.queues.stays import Limits, Stay, Tally
from tests.callcenter.captured_calls import FOLDER, NAMES, read, records


def ledger_of(name: str) -> list[Stay]:
    lines = [
        (FOLDER / name / file).read_text(errors="replace").splitlines() for file in ("queue_log", "cel.csv")
    ]
    return recount(*lines)


def visited(calls: list[CallRecord]) -> list[Stay]:
    return [
        Stay(visit.queue, visit.joined_at, visit.outcome, visit.key, visit.wait_ms)
        for call in calls
        for visit in call.visits
    ]


@pytest.mark.req("ACD-7")
@pytest.mark.parametrize("name", NAMES)
def test_each_captured_call_is_recounted_as_it_was_booked(name: str) -> None:
    captured = read(name)
    assert differences(visited(records(captured.ledger)), ledger_of(name)) == ([], [])


@pytest.mark.req("ACD-7")
@pytest.mark.parametrize("seed", range(30))
def test_a_shuffled_day_with_a_torn_manager_stream_comes_to_the_same_figures(seed: int) -> None:
    chance = random.Random(seed)
    events = []
    for name in NAMES:
        captured = read(name)
        cut = chance.random()
        events += captured.ledger + [event for event in captured.ami if chance.random() < cut]
    events += chance.choices(events, k=50)  # read twice
    chance.shuffle(events)
    booked = visited(records(events))
    ledger = [stay for name in NAMES for stay in ledger_of(name)]
    assert differences(booked, ledger) == ([], [])
    counted = [stay for stay in ledger if stay.outcome != "lost"]
    tally = Tally({"sales": Limits(short=1, timely=1)})
    figures = tally.of([stay for stay in booked if stay.outcome != "lost"])
    assert figures == tally.of(counted)
    assert figures.offered > figures.answered > figures.in_time > 0


@pytest.mark.req("ACD-7")
def test_a_stay_begun_in_the_first_moment_of_a_second_may_be_written_down_with_the_one_before() -> None:
    second = 1795468362
    begun = dt.datetime.fromtimestamp(second + 1, dt.UTC) + dt.timedelta(microseconds=490)
    run = {
        "eventtype": "APP_START",
        "application": "Queue",
        "uniqueid": "c.1",
        "eventtime": f"{second + 1}.000490",
    }
    cel = ",".join(f'"{run.get(name, "")}"' for name in CEL_COLUMNS)
    queue_log = [f"{second}|c.1|sales|NONE|ENTERQUEUE||138|1", f"{second + 3}|c.1|sales|NONE|ABANDON|1|1|2"]
    assert recount(queue_log, [cel]) == [Stay("sales", begun, "abandoned", None, 2000)]


@pytest.mark.req("ACD-7")
def test_a_difference_is_told_from_both_sides() -> None:
    stays = [stay for name in NAMES for stay in ledger_of(name)]
    wrong = [Stay(stays[0].queue, stays[0].joined_at, "full", None, 0), *stays[1:]]
    assert differences(wrong, stays) == ([wrong[0]], [stays[0]])
    assert differences(stays[1:], stays) == ([], [stays[0]])
