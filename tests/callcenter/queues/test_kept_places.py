"""Rows of kept places on both engines: made once, tried so often, done once, in the order of joining."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy.orm import Session

from callcenter.errors import HotlineError, NotFound
from callcenter.queues import kept_places
from callcenter.queues.live import Caller
from callcenter.site import Site
from callcenter.site.waiting import CallBack
from schema.calls import CallbackRequest, Step, Visit
from schema.waiting import KeptPlace
from tests.databases import Sessions

NOW = dt.datetime(2026, 11, 22, 8, tzinfo=dt.UTC)
SECOND = dt.timedelta(seconds=1)
RULE = CallBack(trunk="e1", caller_id="4008001000", intro="hello", attempts=2, pause_seconds=60)
RULES = {"sales": RULE}


def a_site() -> Site:
    site = Site.model_construct(languages=["zh", "en"])
    queue = type("Q", (), {"name": "sales", "call_back": RULE})
    other = type("Q", (), {"name": "support", "call_back": None})
    object.__setattr__(site, "queues", [queue, other])
    return site


def ask(session: Session, call: str, queue: str = "sales", joined: int = 100) -> None:
    asked_at = NOW - 10 * SECOND
    session.add(CallbackRequest(call_id=call, queue=queue, number="13800138000", asked_at=asked_at))
    session.add(
        Visit(call_id=call, number=1, queue=queue, joined_at=NOW - joined * SECOND, outcome="key", talk_ms=0)
    )
    session.add(
        Step(
            call_id=call, uniqueid=call, at=NOW - joined * SECOND, number=1, flow="main", step="wait",
            kind="queue", version=7, heard=[], outcome="key", reason="",
        )
    )  # fmt: skip


def rows(session: Session) -> list[KeptPlace]:
    return sorted(session.query(KeptPlace), key=lambda row: row.joined_at)


@pytest.mark.req("ACD-3")
def test_a_request_becomes_one_place_with_the_moment_of_its_joining(sessions: Sessions) -> None:
    seen = Caller("PJSIP/e1-1", "c2", "138", 5, NOW - 200 * SECOND, "en")
    with sessions.begin() as session:
        ask(session, "c1", joined=100)
        ask(session, "c2", joined=199)
        ask(session, "c3", queue="support")
    for expected in (2, 0):
        with sessions.begin() as session:
            assert kept_places.adopt(session, a_site(), {"c2": seen}, NOW) == expected
    with sessions() as session:
        first, second = rows(session)
        assert (first.call_id, first.joined_at, first.priority, first.language) == ("c2", seen.since, 5, "en")
        assert (second.call_id, second.joined_at, second.priority) == ("c1", NOW - 100 * SECOND, 0)


@pytest.mark.req("ACD-3")
def test_a_try_is_written_before_it_rings_and_tries_end(sessions: Sessions) -> None:
    with sessions.begin() as session:
        ask(session, "c1")
        kept_places.adopt(session, a_site(), {}, NOW)
        session.flush()
        (place,) = rows(session)
        number = place.id
    with sessions.begin() as session:
        one = kept_places.begin(session, a_site(), number, NOW)
        assert one is not None
        assert (one.channel_id, one.cursor, one.version) == (f"hotline-back-{number}-1", "main/wait;zh", "7")
        assert kept_places.begin(session, a_site(), number, NOW) is None
    with sessions.begin() as session:
        assert kept_places.missed(session, RULES, number, NOW) == "waiting"
        assert kept_places.missed(session, RULES, number, NOW) == "waiting"
    with sessions.begin() as session:
        (place,) = kept_places.open_places(session)["sales"]
        assert place.next_at == NOW + 60 * SECOND
        again = kept_places.begin(session, a_site(), number, NOW + 60 * SECOND)
        assert again is not None
        assert again.channel_id == f"hotline-back-{number}-2"
        assert kept_places.missed(session, RULES, number, NOW) == "failed"
    with sessions() as session:
        assert kept_places.open_places(session) == {}
        assert [request.state for request in session.query(CallbackRequest)] == ["failed"]


@pytest.mark.req("ACD-3")
@pytest.mark.parametrize("reached", [True, False])
def test_after_a_restart_the_visits_tell_whether_the_customer_was_served(
    sessions: Sessions, reached: bool
) -> None:
    with sessions.begin() as session:
        ask(session, "c1")
        kept_places.adopt(session, a_site(), {}, NOW)
        session.flush()
        one = kept_places.begin(session, a_site(), rows(session)[0].id, NOW)
        assert one is not None
        if reached:
            session.add(Visit(call_id=one.channel_id, number=1, queue="sales", joined_at=NOW, talk_ms=0))
    with sessions.begin() as session:
        assert kept_places.settle(session, RULES, NOW + 5 * SECOND) == 0
        assert kept_places.settle(session, RULES, NOW + 200 * SECOND) == 1
    with sessions() as session:
        assert rows(session)[0].state == ("done" if reached else "waiting")


@pytest.mark.req("ACD-3")
def test_a_place_is_cancelled_once(sessions: Sessions) -> None:
    with sessions.begin() as session:
        ask(session, "c1")
        kept_places.adopt(session, a_site(), {}, NOW)
        session.flush()
        number = rows(session)[0].id
        kept_places.cancel(session, number, NOW)
        assert kept_places.begin(session, a_site(), number, NOW) is None
        with pytest.raises(HotlineError, match="cancelled already"):
            kept_places.cancel(session, number, NOW)
        with pytest.raises(NotFound):
            kept_places.cancel(session, number + 1, NOW)
