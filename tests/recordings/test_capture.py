"""Each leg that talked comes to one file and one row, whatever happens on the way."""

from __future__ import annotations

import asyncio
import resource
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest
from sqlalchemy import Engine, text
from structlog.testing import capture_logs

from callcenter.errors import Unreachable
from callcenter.ports import TalkedLeg
from recordings.catalogue import Without
from schema.recordings import RecordingDecision
from tests.callcenter.flow_sites import QUEUE, flow, site
from tests.recordings.spool import AT, Spool

pytestmark = [pytest.mark.req("REC-1", "REC-4")]
LEG = "pbx1-1795313836.7"


def append(part: Path, data: bytes) -> None:
    with part.open("ab") as file:
        file.write(data)


@contextmanager
def files_no_larger_than(size: int) -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def finish(spool: Spool, *legs: TalkedLeg) -> list[str]:
    """Finish them all at the same time; what was logged."""

    async def all_at_once() -> None:
        await asyncio.gather(*(spool.capture.finish(leg) for leg in legs))

    with capture_logs() as logged:
        asyncio.run(all_at_once())
    return [str(entry["event"]) for entry in logged]


def test_a_leg_that_talked_becomes_one_file_and_one_row(spool: Spool) -> None:
    spool.record(LEG, 1000)
    assert finish(spool, spool.talked(LEG)) == ["recording.ready"]
    [row] = spool.rows()
    assert (row.state, row.duration_ms, row.agent, row.queue) == ("ready", 1000, "1001", "sales")
    assert spool.files() == [row.path]
    assert spool.parts() == []


def test_finished_again_and_at_the_same_time_it_stays_one(spool: Spool) -> None:
    spool.record(LEG, 1000)
    leg = spool.talked(LEG)
    finish(spool, leg, leg, leg)
    finish(spool, leg)
    assert [row.state for row in spool.rows()] == ["ready"]
    assert len(spool.files()) == 1


def test_two_threads_that_close_one_leg_make_one_file(spool: Spool) -> None:
    """The repair and the listener come to the same part."""
    spool.record(LEG, 60_000)
    leg = spool.talked(LEG)
    done: list[int] = []
    threads = [threading.Thread(target=lambda: done.append(spool.capture.close([leg]))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(done) == [0, 0, 0, 1]
    assert [row.state for row in spool.rows()] == ["ready"]


def test_a_row_that_is_refused_keeps_its_part_and_costs_the_others_nothing(spool: Spool) -> None:
    strange, good = (spool.talked(name) for name in ("strange.1", LEG))
    for leg in (strange, good):
        spool.record(leg.uniqueid, 1000)
    nobodys = replace(strange, call_id=cast(str, None))
    assert spool.capture.close([nobodys, good]) == 1
    assert [(row.uniqueid, row.state) for row in spool.rows()] == [(LEG, "ready")]
    assert spool.parts() == ["strange.1.sln"]


def test_a_file_that_cannot_be_looked_at_costs_the_others_nothing(spool: Spool) -> None:
    legs = [spool.talked(f"leg.{number}") for number in range(5)]
    for leg in legs:
        spool.record(leg.uniqueid, 1000)
    close = spool.capture.close

    def stumble(some: Sequence[TalkedLeg]) -> int:
        if any(leg.uniqueid == "leg.3" for leg in some):
            raise OSError("Input/output error")
        return close(some)

    spool.capture.close = stumble  # type: ignore[method-assign]
    finish(spool, *legs)
    assert [row.uniqueid for row in spool.rows()] == ["leg.0", "leg.1", "leg.2", "leg.4"]
    assert spool.parts() == ["leg.3.sln"]


def test_no_part_is_a_row_that_says_so(spool: Spool) -> None:
    assert finish(spool, spool.talked(LEG)) == ["recording.missing"]
    assert [(row.state, row.path) for row in spool.rows()] == [("missing", None)]


def test_a_part_that_comes_after_all_takes_the_place_of_the_missing_one(spool: Spool) -> None:
    leg = spool.talked(LEG)
    finish(spool, leg)
    spool.record(LEG, 1000)
    finish(spool, leg)
    assert [row.state for row in spool.rows()] == ["ready"]


def test_a_row_with_a_file_is_never_called_missing_or_failed(spool: Spool) -> None:
    spool.record(LEG, 1000)
    leg = spool.talked(LEG)
    finish(spool, leg)
    spool.catalogue.write([Without(leg, "missing", "another process looked too late")])
    assert [row.state for row in spool.rows()] == ["ready"]


def test_a_part_that_somebody_still_writes_is_left_for_later(spool: Spool) -> None:
    part = spool.record(LEG, 10)
    leg = spool.talked(LEG)
    spool.while_settling = lambda: append(part, b"more")
    assert finish(spool, leg) == ["recording.still_growing"]
    assert spool.rows() == []
    spool.while_settling = lambda: None
    finish(spool, leg)
    assert [row.state for row in spool.rows()] == ["ready"]


def test_what_a_killed_asterisk_left_is_playable_and_called_truncated(spool: Spool) -> None:
    spool.record(LEG, 1000, b"\1\2\3")
    finish(spool, spool.talked(LEG, ended_by="pbx_restart"))
    [row] = spool.rows()
    assert (row.state, row.duration_ms) == ("truncated", 1000)


def test_a_full_disk_keeps_the_part_and_a_later_try_succeeds(spool: Spool) -> None:
    spool.record(LEG, 1000)
    leg = spool.talked(LEG)
    before = spool.parts()
    if spool.sessions.kw["bind"].dialect.name == "sqlite":
        (spool.recordings / "2026").write_text("in the way")  # its own file could not grow either
        finish(spool, leg)
        (spool.recordings / "2026").unlink()
    else:
        with files_no_larger_than(20_000):
            finish(spool, leg)
    assert [row.state for row in spool.rows()] == ["failed"]
    assert spool.parts() == before
    finish(spool, leg)
    assert [row.state for row in spool.rows()] == ["ready"]
    assert spool.parts() == []


@pytest.mark.req("P8")
def test_while_the_database_is_away_nothing_is_lost(spool: Spool, database: Engine) -> None:
    spool.record(LEG, 1000)
    leg = spool.talked(LEG)
    with database.begin() as connection:
        connection.execute(text("ALTER TABLE recordings RENAME TO elsewhere"))
    assert finish(spool, leg) == ["recording.put_off"]
    assert spool.parts() == [f"{LEG}.sln"]
    with database.begin() as connection:
        connection.execute(text("ALTER TABLE elsewhere RENAME TO recordings"))
    finish(spool, leg)
    assert [row.state for row in spool.rows()] == ["ready"]


def test_a_part_left_beside_its_finished_file_is_dropped(spool: Spool) -> None:
    """The process ended between the row and the removal."""
    spool.record(LEG, 1000)
    leg = spool.talked(LEG)
    finish(spool, leg)
    spool.record(LEG, 1000)
    finish(spool, leg)
    assert spool.parts() == []
    assert len(spool.files()) == 1


def test_a_uniqueid_that_could_be_a_path_touches_no_file(spool: Spool) -> None:
    leg = TalkedLeg("call", "../../etc/passwd", "1001", "sales", spool.talked(LEG).started_at, 1000)
    assert finish(spool, leg) == ["recording.put_off"]
    spool.capture.discard("../../etc/passwd")
    assert spool.files() == []


def test_of_a_leg_that_never_talked_only_an_empty_part_is_dropped(spool: Spool) -> None:
    spool.record("empty", 0)
    spool.record("full", 10)
    for uniqueid in ("empty", "full", "none"):
        spool.capture.discard(uniqueid)
    assert spool.parts() == ["full.sln"]


def test_a_recording_is_stopped_on_its_channel_and_a_dead_link_is_no_fault(spool: Spool) -> None:
    asyncio.run(spool.capture.stop("PJSIP/a1-1", "call"))
    assert spool.phone.wishes == [("StopMixMonitor", {"Channel": "PJSIP/a1-1"})]

    async def unreachable(name: str, fields: object) -> dict[str, str]:
        raise Unreachable("no connection")

    spool.phone.action = unreachable  # type: ignore[method-assign]
    with capture_logs() as logged:
        asyncio.run(spool.capture.stop("PJSIP/a1-1", "call"))
    assert [entry["event"] for entry in logged] == ["recording.not_stopped"]


@pytest.mark.slow
def test_many_legs_that_end_together_are_finished_side_by_side(spool: Spool) -> None:
    legs = [f"pbx1-1.{number}" for number in range(60)]
    for uniqueid in legs:
        spool.record(uniqueid, 10)
    finish(spool, *(spool.talked(uniqueid) for uniqueid in legs))
    assert {row.state for row in spool.rows()} == {"ready"}
    assert len(spool.files()) == 60


@pytest.mark.parametrize(("percent", "state"), [(0, "not_recorded"), (100, "ready")])
def test_an_agent_who_is_never_recorded_has_no_file_whatever_way_the_call_came(
    percent: int, state: str, spool: Spool
) -> None:
    """A call that was passed on rings a seat: who sits there, the dialplan does not know."""
    rules = {"agents": {"1001": {"percent": percent}}}
    spool.policy.site = site(flow({"start": QUEUE}), recording=rules)
    spool.record(LEG, 1000)
    finish(spool, spool.talked(LEG))
    assert ([row.state for row in spool.rows()], spool.parts()) == ([state], [])
    assert len(spool.files()) == (state == "ready")


def test_of_a_leg_without_a_file_the_row_says_why_it_should_have_none(spool: Spool) -> None:
    consent = {"prompt": "hello", "answer": "agree"}
    spool.policy.site = site(flow({"start": QUEUE}), recording={"consent": consent})
    with spool.sessions.begin() as session:
        for number, said in enumerate(["refused", "silent", "agreed", None]):
            if said is not None:
                row = {"call_id": f"call-leg.{number}", "at": AT, "queue": "sales", "record": False}
                session.add(RecordingDecision(**row, reason="", consent=said))
    for number in range(4):
        finish(spool, spool.talked(f"leg.{number}"))
    assert [(row.state, row.reason) for row in spool.rows()] == [
        ("not_recorded", "the caller refused"),
        ("not_recorded", "the caller did not agree"),
        ("missing", "Asterisk wrote no file for this leg"),
        ("not_recorded", "the static menu served the call: nobody told the caller"),
    ]
