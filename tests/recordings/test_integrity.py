"""The audit finds every kind of disagreement, both ways; the repair mends what can be mended."""

from __future__ import annotations

import asyncio
import datetime as dt
import os
import time
from pathlib import Path

import pytest
from sqlalchemy import delete, update
from structlog.testing import capture_logs

from recordings import capture as capturing
from recordings.catalogue import Without
from recordings.integrity import LEFT_OVER_SECONDS, audit, repair
from schema.calls import Leg, Recording, Visit
from schema.recordings import RecordingDecision
from tests.recordings.spool import AT, Spool

pytestmark = [pytest.mark.req("REC-4", "P4")]


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(capturing, "SETTLE_SECONDS", 0.01)


def recorded(spool: Spool, uniqueid: str, ms: int = 1000, hold_ms: int = 0) -> Path:
    """A call with its recording, all in order; its file."""
    spool.record(uniqueid, ms + hold_ms)
    leg = spool.talked(uniqueid, ms, hold_ms)
    with capture_logs():
        asyncio.run(spool.capture.finish(leg))
    [row] = [row for row in spool.rows() if row.uniqueid == uniqueid]
    return spool.recordings / str(row.path)


def found(spool: Spool, queues: frozenset[str] = frozenset({"sales"})) -> list[tuple[str, str]]:
    with spool.sessions() as session:
        return [(one.kind, one.subject) for one in audit(session, spool.recordings, set(queues))]


def mend(spool: Spool) -> int:
    with capture_logs():
        return repair(spool.sessions, spool.capture, spool.recordings)


def test_nothing_is_found_where_all_is_well(spool: Spool) -> None:
    for number in range(3):
        recorded(spool, f"leg.{number}")
    recorded(spool, "held.1", hold_ms=5000)
    assert found(spool) == []


def test_every_planted_fault_is_found_and_no_other(spool: Spool) -> None:
    recorded(spool, "good.1")
    recorded(spool, "gone.1").unlink()
    broken = recorded(spool, "broken.1")
    broken.write_bytes(b"")
    changed = recorded(spool, "changed.1")
    changed.write_bytes(changed.read_bytes()[:-4] + b"\1\1\1\1")
    recorded(spool, "short.1")
    with spool.sessions.begin() as session:
        session.execute(update(Leg).where(Leg.uniqueid == "short.1").values(talk_ms=9000))
    recorded(spool, "long.1")
    with spool.sessions.begin() as session:
        session.execute(update(Recording).where(Recording.uniqueid == "long.1").values(duration_ms=2000))
    spool.talked("unrecorded.1")
    stranger = changed.with_name("stranger.wav")
    stranger.write_bytes(b"")
    spoken = changed.with_name("stranger.mp3")
    spoken.write_bytes(b"")
    half = changed.with_name("half.wav.99.new")
    half.write_bytes(b"")
    spool.record("nobodys.1", 100)
    spool.record("running.1", 100, idle=0)
    day = stranger.parent.relative_to(spool.recordings)
    assert sorted(found(spool)) == [
        ("changed", "changed.1"),
        ("duration", "long.1"),
        ("duration", "short.1"),
        ("no_file", "broken.1"),
        ("no_file", "gone.1"),
        ("no_row", "unrecorded.1"),
        ("orphan_file", f"{day}/half.wav.99.new"),
        ("orphan_file", f"{day}/stranger.mp3"),
        ("orphan_file", f"{day}/stranger.wav"),
        ("orphan_part", "nobodys.1.sln"),
    ]


def test_what_is_said_while_the_caller_is_elsewhere_is_no_fault_and_more_than_the_leg_is(
    spool: Spool,
) -> None:
    """A consultation by command: four seconds with the caller, six with a colleague."""
    recorded(spool, "consults.1", ms=10_000)
    recorded(spool, "too-long.1", ms=10_000)
    ended = AT + dt.timedelta(seconds=7)
    with spool.sessions.begin() as session:
        session.execute(update(Leg).values(talk_ms=4000))
        session.execute(update(Leg).where(Leg.uniqueid == "too-long.1").values(ended_at=ended))
    assert found(spool) == [("duration", "too-long.1")]


def test_a_leg_of_a_queue_that_is_not_recorded_is_no_fault(spool: Spool) -> None:
    spool.talked("leg.1")
    assert found(spool, frozenset({"care"})) == []


def test_a_leg_counts_for_the_queue_it_was_rung_from(spool: Spool) -> None:
    """The call was in the unrecorded queue first; its agent came from the recorded one."""
    spool.talked("leg.1")
    with spool.sessions.begin() as session:
        session.execute(update(Visit).values(number=2, joined_at=AT - dt.timedelta(seconds=5)))
        earlier = AT - dt.timedelta(seconds=60)
        session.add(Visit(call_id="call-leg.1", number=1, queue="care", joined_at=earlier, agent="1001"))
    assert found(spool) == [("no_row", "leg.1")]
    assert found(spool, frozenset({"care"})) == []


def test_what_a_dead_listener_left_is_finished(spool: Spool) -> None:
    for number in range(3):
        spool.record(f"left.{number}", 1000)
        spool.talked(f"left.{number}")
    spool.record("unknown.1", 1000)
    spool.record("running.1", 1000, idle=0)
    spool.talked("running.1")
    assert mend(spool) == 3
    assert [(row.uniqueid, row.state, row.queue) for row in spool.rows()] == [
        (f"left.{number}", "ready", "sales") for number in range(3)
    ]
    assert spool.parts() == ["running.1.sln", "unknown.1.sln"]
    assert mend(spool) == 0


@pytest.mark.req("CALL-1")
def test_what_the_caller_did_not_hear_is_left_out_of_what_is_finished_late_as_well(spool: Spool) -> None:
    spool.record("left.1", 1000)
    spool.talked("left.1", 600)
    with spool.sessions.begin() as session:
        session.execute(update(Leg).values(apart=[[200, 600]]))
    assert mend(spool) == 1
    assert [row.duration_ms for row in spool.rows()] == [600]


def test_a_leg_that_is_still_up_is_left_alone(spool: Spool) -> None:
    spool.record("held.1", 1000)
    spool.talked("held.1")
    with spool.sessions.begin() as session:
        session.execute(update(Leg).values(ended_at=None))
    assert mend(spool) == 0
    assert spool.parts() == ["held.1.sln"]


def test_after_a_full_disk_the_failed_one_is_mended(spool: Spool) -> None:
    spool.record("leg.1", 1000)
    leg = spool.talked("leg.1")
    spool.catalogue.write([Without(leg, "failed", "the disk was full")])
    assert mend(spool) == 1
    assert [(row.state, row.reason) for row in spool.rows()] == [("ready", None)]
    assert found(spool) == []


def test_only_what_is_old_is_swept(spool: Spool) -> None:
    file = recorded(spool, "good.1")
    half = file.with_name("half.wav.99.new")
    half.write_bytes(b"")
    for uniqueid in ("old.1", "new.1"):
        spool.record(uniqueid, 0)
    old = time.time() - LEFT_OVER_SECONDS - 60
    for path in (half, spool.recordings / ".part" / "old.1.sln"):
        os.utime(path, (old, old))
    mend(spool)
    assert spool.parts() == ["new.1.sln"]
    assert not half.exists()
    assert file.exists()


@pytest.mark.slow
def test_more_parts_than_a_statement_takes_are_mended(spool: Spool) -> None:
    for number in range(1203):
        spool.record(f"left.{number}", 1)
    spool.talked("left.7")
    assert mend(spool) == 1


@pytest.mark.req("REC-1")
@pytest.mark.parametrize("meant", [True, False])
def test_a_call_without_a_queue_that_was_to_be_recorded_and_has_no_row_is_found(
    meant: bool, spool: Spool
) -> None:
    leg = spool.talked("direct.1")
    with spool.sessions.begin() as session:
        session.execute(delete(Visit))
        session.execute(update(Leg).values(kind="caller"))
        row = {"call_id": leg.call_id, "at": AT, "queue": None, "reason": "site: always recorded"}
        session.add(RecordingDecision(**row, record=meant))
    assert found(spool) == [("no_row", "direct.1")] * meant


@pytest.mark.req("REC-1")
def test_who_dialled_and_whom_nobody_knows_are_told_apart_when_a_dead_listener_left_their_parts(
    spool: Spool,
) -> None:
    for name, agent in (("own.1", "1001"), ("supplier.1", None)):
        spool.record(name, 1000)
        spool.talked(name)
        with spool.sessions.begin() as session:
            session.execute(update(Leg).where(Leg.uniqueid == name).values(kind="caller", agent=agent))
            session.execute(update(Leg).where(Leg.agent.is_(None)).values(kind="outside"))
    with spool.sessions.begin() as session:
        session.execute(delete(Visit))
    assert mend(spool) == 1
    assert ([row.agent for row in spool.rows()], spool.parts()) == (["1001"], [])
