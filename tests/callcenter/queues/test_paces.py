"""What a starting listener knows of the latest calls."""

from __future__ import annotations

import datetime as dt

import pytest

from callcenter.queues.paces import LATELY, paces
from callcenter.site import Site
from callcenter.site.service import Queue
from callcenter.site.waiting import Announce
from schema.calls import Visit
from tests.databases import Sessions

NOW = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)
SECOND = dt.timedelta(seconds=1)


def visit(
    number: int, ago: float, took: float | None, outcome: str = "answered", queue: str = "sales"
) -> Visit:
    joined = NOW - ago * SECOND
    return Visit(
        call_id="c",
        number=number,
        queue=queue,
        joined_at=joined,
        outcome=outcome,
        answered_at=joined + 5 * SECOND if outcome == "answered" else None,
        left_at=None if took is None else joined + (5 + took) * SECOND,
    )


@pytest.mark.req("ACD-2")
def test_the_latest_calls_of_the_last_hours_the_oldest_first(sessions: Sessions) -> None:
    told = Queue(name="sales", title="Sales", announce=Announce(wait=True))
    site = Site.model_construct(queues=[told, Queue(name="care", title="Care")])
    with sessions.begin() as session:
        session.add_all(visit(n, 1000 + n, n) for n in range(1, 31))
        session.add(visit(31, 100, 100))
        session.add(visit(32, 90, None))
        session.add(visit(33, 80, 9, outcome="abandoned"))
        session.add(visit(34, 70, 9, queue="care"))
        session.add(visit(35, LATELY.total_seconds() + 1, 9))
    with sessions() as session:
        assert paces(session, site, NOW) == {"sales": [float(n) for n in range(20, 0, -1)]}
        assert paces(session, site, NOW + 10 * SECOND) == {"sales": [*map(float, range(19, 0, -1)), 100.0]}
        assert paces(session, site, NOW + 2 * LATELY) == {"sales": []}
