"""What went out today is counted from rows, on both databases."""

from __future__ import annotations

import datetime as dt
import threading

import pytest
from sqlalchemy import Engine, func, select

from callcenter.routing.outgoing import ask, usage
from callcenter.routing.toll_fraud import Spent, Verdict
from callcenter.site.fraud import Alarm, Cap, Outbound
from callcenter.site_file.published import Published
from schema.calls import Leg
from schema.config import Audit
from schema.follow_ups import FollowUp
from schema.fraud import OutgoingCall
from schema.session import session_factory
from schema.surveys import Notice
from tests.databases import Sessions
from tests.sample import sample_site

pytestmark = pytest.mark.req("SEC-2")
AT = dt.datetime(2026, 3, 3, 2, 0, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)
CAPS = [Cap(per="person", abroad=True, calls=10), Cap(per="house", minutes=500)]


def published(**outbound: object) -> Published:
    return Published(sample_site().model_copy(update={"outbound": Outbound(**outbound)}))  # type: ignore[arg-type]


def call_out(
    sessions: Sessions,
    rules: Published,
    person: str = "1001",
    at: dt.datetime = AT,
    number: str = "0085212345678",
) -> Verdict:
    with sessions.begin() as session:
        return ask(session, rules, f"{person}/{at}", person, number, number.startswith("00"), at)


def leg(call_id: str, answered_at: dt.datetime | None, ended_at: dt.datetime | None) -> Leg:
    return Leg(
        call_id=call_id,
        uniqueid=call_id,
        channel="x",
        kind="outside",
        endpoint="e1",
        agent=None,
        started_at=AT,
        answered_at=answered_at,
        ended_at=ended_at,
        cause=None,
    )


def test_the_eleventh_call_abroad_is_refused_audited_and_told_by_mail(sessions: Sessions) -> None:
    rules = published(caps=CAPS, alarm=Alarm(email="telecom@example.com"))
    assert [call_out(sessions, rules, at=AT + n * MINUTE).refused for n in range(10)] == [""] * 10
    for n in (10, 11):
        assert "10 were made" in call_out(sessions, rules, at=AT + n * MINUTE).refused
    assert not call_out(sessions, rules, "1002", AT + 12 * MINUTE).refused
    assert not call_out(sessions, rules, number="13800138000", at=AT + 12 * MINUTE).refused
    with sessions() as session:
        [task] = session.scalars(select(FollowUp))
        assert (task.kind, task.key, task.number) == ("toll_fraud", "cap/1001/2026-03-03", "0085212345678")
        [notice] = session.scalars(select(Notice))
        assert (notice.kind, notice.key, notice.address) == (task.kind, task.key, "telecom@example.com")
        refused = session.scalars(select(Audit).where(Audit.action == "call.outside")).all()
        assert [row.detail["outcome"] for row in refused] == ["refused", "refused"]
    tomorrow = dt.datetime(2026, 3, 3, 16, 1, tzinfo=dt.UTC)
    assert not call_out(sessions, rules, at=tomorrow).refused


def test_minutes_are_from_answer_to_end_and_a_call_that_is_up_counts_to_now(sessions: Sessions) -> None:
    rules = published(caps=[Cap(per="person", minutes=30)])
    with sessions.begin() as session:
        for call_id, person, abroad in (("a", "1001", False), ("b", "1001", True), ("c", "1002", False)):
            session.add(OutgoingCall(call_id=call_id, at=AT, person=person, number="1", abroad=abroad))
        session.add(leg("a", AT, AT + 12 * MINUTE))
        session.add(leg("b", AT + 3 * MINUTE, None))
        session.add(leg("c", AT, AT + 7 * MINUTE))
        session.add(leg("elsewhere", AT, AT + 70 * MINUTE))
    with sessions() as session:
        found = usage(session, rules, "1001", AT + 20 * MINUTE)
    assert found.person == {False: Spent(1, 12.0), True: Spent(1, 17.0)}
    assert found.house == {False: Spent(2, 19.0), True: Spent(1, 17.0)}
    assert not call_out(sessions, rules, at=AT + 20 * MINUTE).refused
    assert "30 minutes, 30 were talked" in call_out(sessions, rules, at=AT + 21 * MINUTE).refused


def test_a_burst_is_told_once_an_hour(sessions: Sessions) -> None:
    rules = published(alarm=Alarm(calls=3, within_minutes=5))
    for n in range(6):
        assert not call_out(sessions, rules, at=AT + n * MINUTE).refused
    with sessions() as session:
        [task] = session.scalars(select(FollowUp))
        assert (task.agent, task.detail) == ("1001", "3 calls outside within 5 minutes")


def test_calls_at_the_same_moment_do_not_share_the_last_place(database: Engine) -> None:
    sessions, rules = session_factory(database), published(caps=[Cap(per="house", calls=5)])
    threads = [threading.Thread(target=call_out, args=(sessions, rules, f"10{n:02}", AT)) for n in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with sessions() as session:
        assert session.scalar(select(func.count()).select_from(OutgoingCall)) == 5
