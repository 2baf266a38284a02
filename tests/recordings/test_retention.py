"""What is old goes, its row stays; what is held stays; a full disk is told of once, until there is room."""

from __future__ import annotations

import asyncio
import datetime as dt
import shutil
from collections import namedtuple
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event, select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session
from structlog.testing import capture_logs

from callcenter.errors import NotFound
from recordings import retention
from recordings.integrity import audit
from recordings.retention import Held
from recordings.room import Room
from recordings.upkeep import Upkeep
from schema.calls import Gap
from schema.config import Audit
from tests.callcenter.flow_sites import QUEUE, flow, site
from tests.recordings.spool import AT, Spool

pytestmark = [pytest.mark.req("REC-4")]
Disk = namedtuple("Disk", "total used free")
DAY, HOUR = dt.timedelta(days=1), dt.timedelta(hours=1)


def recorded(spool: Spool, uniqueid: str) -> int:
    spool.record(uniqueid, 1000)
    with capture_logs():
        asyncio.run(spool.capture.finish(spool.talked(uniqueid)))
    return next(row.id for row in spool.rows() if row.uniqueid == uniqueid)


def expire(spool: Spool, after: dt.timedelta, **rules: Any) -> int:
    here = site(flow({"start": QUEUE}), recording=rules)
    with capture_logs():
        return retention.expire(spool.sessions, spool.recordings, here, lambda: AT + after)


def audited(spool: Spool) -> list[tuple[str, str]]:
    with spool.sessions() as session:
        return [(row.action, row.by) for row in session.scalars(select(Audit).order_by(Audit.id))]


def disagreements(spool: Spool) -> list[Any]:
    with spool.sessions() as session:
        return audit(session, spool.recordings, {"sales"})


def test_what_is_old_is_deleted_and_its_row_says_when_and_why(spool: Spool) -> None:
    recorded(spool, "leg.1")
    assert expire(spool, 30 * DAY - dt.timedelta(seconds=1), retention_days=30) == 0
    assert expire(spool, 30 * DAY, retention_days=30) == 1
    [row] = spool.rows()
    assert (row.state, row.path, row.duration_ms) == ("deleted", None, 1000)
    assert row.reason == "kept for 30 days; deleted by retention"
    assert row.deleted_at == AT + 30 * DAY
    assert spool.files() == []
    assert audited(spool) == [("recording.delete", "retention")]
    assert disagreements(spool) == []


@pytest.mark.parametrize(
    ("rules", "gone"),
    [
        ({}, 0),
        ({"retention_days": 0}, 0),
        ({"retention_days": 10, "queues": {"sales": {"retention_days": 90}}}, 0),
        ({"retention_days": 90, "queues": {"sales": {"retention_days": 10}}}, 1),
        ({"retention_days": 10, "agents": {"1001": {"retention_days": 0}}}, 0),
    ],
)
def test_the_most_particular_rule_says_how_long(rules: dict[str, Any], gone: int, spool: Spool) -> None:
    recorded(spool, "leg.1")
    assert expire(spool, 30 * DAY, **rules) == gone


def test_what_becomes_old_or_is_released_goes_within_the_hour(spool: Spool) -> None:
    """Hour by hour only what has become old or free since the last look is looked for."""
    rules = {"retention_days": 30}
    first, held = recorded(spool, "leg.1"), recorded(spool, "leg.2")
    with spool.sessions.begin() as session:
        retention.hold(session, held, "li", lambda: AT)
    now = AT + 29 * DAY
    here = lambda: site(flow({"start": QUEUE}), recording=rules)  # noqa: E731
    upkeep = Upkeep(spool.recordings, spool.sessions, spool.sessions, here, lambda: now)

    def deleted(at: dt.timedelta) -> list[int]:
        nonlocal now
        now = AT + at
        with capture_logs():
            upkeep.tidy()
        return [row.id for row in spool.rows() if row.state == "deleted"]

    assert deleted(30 * DAY - HOUR) == []
    assert deleted(30 * DAY) == [first]
    with spool.sessions.begin() as session:
        retention.release(session, held, "li", lambda: now)
    assert deleted(30 * DAY + 2 * HOUR) == [first, held]
    third = recorded(spool, "leg.3")
    rules["retention_days"] = 60
    assert deleted(31 * DAY + HOUR) == [first, held]
    rules["retention_days"] = 10
    assert deleted(31 * DAY + 2 * HOUR) == [first, held, third]


PAST = """
INSERT INTO recordings (call_id, uniqueid, state, path, started_at)
SELECT 'c' || i, 'u' || i, 'ready', i || '.wav', TIMESTAMPTZ '2026-03-02 01:00Z' - i * INTERVAL '1 minute'
FROM generate_series(1, 20000) AS i
"""


@pytest.mark.parametrize("database", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True)
def test_postgresql_reads_only_what_became_old_or_free_in_the_hour(database: Engine) -> None:
    plans = []

    def explain(connection: Connection, _cursor: Any, statement: str, values: Any, *_: Any) -> None:
        if statement.startswith("SELECT"):
            cursor = connection.connection.cursor()
            plans.append(str(cursor.execute(f"EXPLAIN {statement}", values).fetchall()))

    here = site(flow({"start": QUEUE}), recording={"retention_days": 10})
    with Session(database) as session:
        session.execute(text(PAST))
        session.execute(text("ANALYZE recordings"))
        event.listen(database, "before_cursor_execute", explain)
        assert retention.expired(session, here, AT, AT - HOUR)
    event.remove(database, "before_cursor_execute", explain)
    of_the_hour, released = plans
    assert "ix_recordings_kept" in of_the_hour or "ix_recordings_started_at" in of_the_hour
    assert "ix_recordings_released" in released
    assert "Seq Scan on recordings" not in of_the_hour + released


def test_what_is_held_is_deleted_by_nobody_until_it_is_released(spool: Spool) -> None:
    number = recorded(spool, "leg.1")
    with spool.sessions.begin() as session:
        retention.hold(session, number, "li", lambda: AT)
    assert expire(spool, 90 * DAY, retention_days=30) == 0
    with pytest.raises(Held, match="held by li"):
        retention.delete(spool.sessions, spool.recordings, number, "tidy", "wang", lambda: AT)
    assert len(spool.files()) == 1
    with spool.sessions.begin() as session:
        retention.release(session, number, "wang", lambda: AT)
    assert expire(spool, 90 * DAY, retention_days=30) == 1
    actions = [("recording.hold", "li"), ("recording.release", "wang"), ("recording.delete", "retention")]
    assert audited(spool) == actions


def test_killed_between_the_file_and_the_row_it_is_deleted_the_next_time(spool: Spool) -> None:
    recorded(spool, "leg.1")
    (spool.recordings / spool.files()[0]).unlink()
    assert expire(spool, 30 * DAY, retention_days=30) == 1
    assert spool.rows()[0].state == "deleted"


def test_what_is_deleted_comes_back_by_no_leftover_part(spool: Spool) -> None:
    recorded(spool, "leg.1")
    expire(spool, 30 * DAY, retention_days=30)
    spool.record("leg.1", 1000)
    leg = next(iter([spool.talked("other.1")]))
    with capture_logs():
        asyncio.run(spool.capture.finish(type(leg)("call-leg.1", "leg.1", "1001", "sales", AT, 1000)))
    assert (spool.rows()[0].state, spool.files(), spool.parts()) == ("deleted", [], [])


def test_what_has_no_file_is_neither_held_nor_deleted(spool: Spool) -> None:
    with spool.sessions.begin() as session, pytest.raises(NotFound):
        retention.hold(session, 7, "li", lambda: AT)
    with pytest.raises(NotFound):
        retention.delete(spool.sessions, spool.recordings, 7, "tidy", "li", lambda: AT)


def test_a_full_disk_is_one_open_gap_until_there_is_room(
    spool: Spool, monkeypatch: pytest.MonkeyPatch
) -> None:
    free = [10**9]
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Disk(10**12, 0, free[0]))
    moments = (AT + dt.timedelta(seconds=n) for n in range(99))
    room = Room(Path(spool.recordings), spool.sessions, spool.sessions, lambda: next(moments))

    def look(bytes_free: int) -> list[tuple[str, bool]]:
        free[0] = bytes_free
        with capture_logs():
            room.look()
        with spool.sessions() as session:
            return [
                (gap.source, gap.ended_at is None) for gap in session.scalars(select(Gap).order_by(Gap.id))
            ]

    assert look(10**9) == []
    assert look(10**6) == [("disk", True)]
    assert look(0) == [("disk", True)]
    assert look(17 * 2**20) == [("disk", True)]
    assert look(10**9) == [("disk", False)]
    assert look(10**6) == [("disk", False), ("disk", True)]


def test_a_talk_of_which_a_second_is_missing_is_truncated_and_says_why(spool: Spool) -> None:
    with spool.sessions.begin() as session:
        session.add(Gap(source="disk", began_at=AT, ended_at=None, reason="no room", found={}))
    for uniqueid, ms in (("short.1", 3000), ("whole.1", 9500)):
        spool.record(uniqueid, ms)
        with capture_logs():
            asyncio.run(spool.capture.finish(spool.talked(uniqueid, 10_000)))
    assert [(row.state, row.reason) for row in spool.rows()] == [
        ("truncated", "the disk was full: 7.0 s of the talk are missing"),
        ("ready", None),
    ]


def test_a_talk_of_which_a_full_disk_left_nothing_is_missing_and_says_why(spool: Spool) -> None:
    with spool.sessions.begin() as session:
        session.add(Gap(source="disk", began_at=AT, ended_at=None, reason="no room", found={}))
    with capture_logs():
        asyncio.run(spool.capture.finish(spool.talked("none.1", 10_000)))
    assert [(row.state, row.reason) for row in spool.rows()] == [
        ("missing", "the disk was full: Asterisk wrote no file for this leg")
    ]


def test_a_full_disk_that_the_database_stands_on_too_is_told_when_there_is_room(
    spool: Spool, monkeypatch: pytest.MonkeyPatch
) -> None:
    free = [0]
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Disk(10**12, 0, free[0]))
    moments = (AT + dt.timedelta(seconds=n) for n in range(99))
    away = True

    def session() -> Any:
        if away:
            raise OperationalError("INSERT", {}, Exception("database or disk is full"))
        return spool.sessions()

    room = Room(spool.recordings, session, spool.sessions, lambda: next(moments))
    with capture_logs() as logged:
        for _ in range(2):
            with pytest.raises(OperationalError):
                room.look()
        away, free[0] = False, 10**9
        room.look()
        room.look()
    assert [entry["event"] for entry in logged] == ["recording.disk_full", "recording.disk_has_room"]
    with spool.sessions() as reading:
        [gap] = reading.scalars(select(Gap)).all()
    assert (gap.began_at, gap.ended_at) == (AT, AT + dt.timedelta(seconds=1))
