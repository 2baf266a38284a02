"""The query against the same figures counted stay by stay, on both engines."""

from __future__ import annotations

import datetime as dt
import random
from collections import defaultdict
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.orm import Session

from callcenter.queues.statistics import Period, statistics
from callcenter.queues.stays import Figures, Limits, Stay, Tally
from schema.calls import Visit
from tests.databases import Sessions

LIMITS = {"sales": Limits(short=3, timely=10), "support": Limits(short=0, timely=60)}
FIRST = dt.datetime(2026, 10, 23, tzinfo=dt.UTC)
LAST = FIRST + dt.timedelta(days=4)
OUTCOMES = ["answered", "answered", "abandoned", "timeout", "key", "full", "nobody", "lost", None]


def random_stays(seed: int) -> list[Stay]:
    chance = random.Random(seed)
    found = []
    for _ in range(600):
        at = FIRST - dt.timedelta(hours=5) + dt.timedelta(seconds=chance.uniform(0, 110 * 3600))
        outcome = chance.choice(OUTCOMES)
        wait = chance.choice([0, 2999, 3000, 3001, 10_000, 10_001, chance.randrange(90_000)])
        queue = chance.choice(["sales", "support", "gone"])
        key = "1" if outcome == "key" else None
        found.append(Stay(queue, at, outcome, key, None if outcome is None else wait))
    return found


def store(session: Session, stays: list[Stay]) -> None:
    for number, stay in enumerate(stays):
        session.add(
            Visit(
                call_id=f"c{number}", number=1, queue=stay.queue, joined_at=stay.joined_at,
                outcome=stay.outcome, key=stay.key, wait_ms=stay.wait_ms, talk_ms=0,
            )
        )  # fmt: skip


def by_hand(
    stays: list[Stay], zone: ZoneInfo, by: Period | None
) -> dict[tuple[str, dt.datetime | None], Figures]:
    sorts: dict[tuple[str, dt.datetime | None], list[Stay]] = defaultdict(list)
    for stay in stays:
        if not FIRST <= stay.joined_at < LAST:
            continue
        begun = None
        if by:
            begun = stay.joined_at.astimezone(zone).replace(minute=0, second=0, microsecond=0)
        if begun and by == "day":
            begun = begun.replace(hour=0, fold=0)
        sorts[stay.queue, begun].append(stay)
    return {key: Tally(LIMITS).of(own) for key, own in sorts.items()}


@pytest.mark.slow
@pytest.mark.req("ACD-7")
@pytest.mark.parametrize("by", [None, "hour", "day"])
@pytest.mark.parametrize("name", ["Asia/Shanghai", "Europe/Berlin", "Asia/Kathmandu", "Australia/Lord_Howe"])
def test_the_query_says_what_counting_stay_by_stay_says(
    sessions: Sessions, name: str, by: Period | None
) -> None:
    zone, stays = ZoneInfo(name), random_stays(len(name))
    with sessions.begin() as session:
        store(session, stays)
    with sessions() as session:
        assert statistics(session, LIMITS, zone, FIRST, LAST, by) == by_hand(stays, zone, by)
        only = statistics(session, LIMITS, zone, FIRST, LAST, by, "sales")
        assert only == {key: one for key, one in by_hand(stays, zone, by).items() if key[0] == "sales"}


@pytest.mark.req("ACD-7")
def test_figures_as_they_are_told() -> None:
    at = FIRST
    stays = [
        Stay("sales", at, "answered", None, 4000),
        Stay("sales", at, "answered", None, 11_000),
        Stay("sales", at, "abandoned", None, 2999),
        Stay("sales", at, "abandoned", None, 3000),
        Stay("sales", at, None, None, None),
    ]
    told = Tally(LIMITS).of(stays).told()
    assert (told["offered"], told["answered"], told["abandoned"], told["short_abandoned"]) == (5, 2, 2, 1)
    assert (told["waiting"], told["service_level"], told["average_answer_s"]) == (1, 33.3, 7.5)
    assert told["longest_wait_s"] == 11.0
    assert Tally(LIMITS).of([]).told()["service_level"] is None
