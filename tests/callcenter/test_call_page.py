"""``hotline calls show``: one call on one page, with everything that is kept of it."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy.orm import Session

from callcenter.calls.page import CallPage, read_page
from callcenter.errors import NotFound
from callcenter.site_file.store import save
from cli import main
from schema.base import Base
from schema.calls import Call, CallbackRequest, Gap, Leg, Recording, Score, Step, Visit, VoicemailMessage
from schema.peers import LinkedCall
from schema.recordings import RecordingDecision
from schema.session import engine_for, session_factory
from tests.callcenter.flow_sites import flow, site
from tests.databases import sqlite_copy

ID = "hotline-1.0"
BEGAN = dt.datetime(2026, 3, 3, 9, 30, tzinfo=dt.UTC)


def after(seconds: float) -> dt.datetime:
    """A moment of the call."""
    return BEGAN + dt.timedelta(seconds=seconds)


def step(number: int, name: str, **more: object) -> Step:
    """One step, a second after the one before."""
    values = {
        "at": after(number),
        "kind": "menu",
        "heard": ["main_menu"],
        "keys": "1",
        "next": "bills",
        "reason": "pressed 1",
    }
    place = {
        "flow": "main",
        "step": name,
        "version": 3,
        "uniqueid": ID,
        "number": number,
    }
    return Step(call_id=ID, **{**values, **place, "outcome": "key", **more})


def survey_call() -> list[Base]:
    """A caller who reaches agent 1001 in queue bills, is held, talks, scores 2, and had left a word before."""
    whole = {"started_at": BEGAN, "answered_at": after(1), "ended_at": after(40)}
    leg = {"call_id": ID, "started_at": after(5), "answered_at": after(8), "ended_at": after(30), "cause": 16}
    joined = {
        "joined_at": after(4),
        "left_at": after(8),
        "answered_at": after(8),
        "wait_ms": 4200,
        "position": 2,
    }
    return [
        Call(
            call_id=ID,
            direction="inbound",
            trunk="e1",
            did="95588",
            caller="13912345678",
            state="closed",
            ended_by="agent",
            cause=16,
            **whole,
        ),
        step(1, "welcome"),
        step(2, "pin", kind="collect", keys="****", outcome="collected", reason="4 digits"),
        Visit(call_id=ID, number=1, queue="bills", outcome="answered", agent="1001", talk_ms=22000, **joined),
        Leg(uniqueid="hotline-1.1", channel="Local/x;1", kind="local", endpoint=None, agent=None, **leg),
        Leg(
            uniqueid="hotline-1.2",
            channel="PJSIP/s8001-1",
            kind="agent",
            endpoint="s8001",
            agent="1001",
            ring_ms=3000,
            talk_ms=22000,
            hold_ms=1500,
            **leg,
        ),
        Recording(
            call_id=ID,
            uniqueid="hotline-1.2",
            agent="1001",
            queue="bills",
            state="ready",
            path="2026/03/03/x.wav",
            started_at=after(8),
            duration_ms=21990,
            bytes=1,
            sha256="00",
        ),
        Score(call_id=ID, visit=1, outcome="scored", score=2, agent="1001", queue="bills", at=after(36)),
        VoicemailMessage(
            call_id=ID, mailbox="100", message_id="m1", path="v/1.wav", left_at=after(37), duration_ms=900
        ),
        CallbackRequest(call_id=ID, queue="bills", number="13912345678", asked_at=after(38)),
    ]


@pytest.fixture
def home(tmp_path: Path, migrated: Path) -> Path:
    """A home whose database holds the call."""
    (tmp_path / "database").mkdir()
    engine = sqlite_copy(migrated, tmp_path / "database")
    with session_factory(engine).begin() as session:
        session.add_all(survey_call())
    engine.dispose()
    return tmp_path


@pytest.fixture
def page(home: Path) -> CallPage:
    """The call's page."""
    engine = engine_for(f"sqlite:///{home}/database/hotline.db")
    with Session(engine) as session:
        found = read_page(session, ID)
    engine.dispose()
    return found


def test_a_page_has_everything_in_order_of_time(page: CallPage) -> None:
    assert [(line.what, line.text) for line in page.lines()] == [
        ("menu", "main/welcome: heard main_menu; keys 1; key → bills (pressed 1)"),
        ("collect", "main/pin: heard main_menu; keys ****; collected → bills (4 digits)"),
        ("wait", "joined queue bills at place 2"),
        ("leg", "agent 1001 on s8001: rang 3.0 s, talked 22.0 s, held 1.5 s"),
        ("wait", "left queue bills: answered by agent 1001 after 4.2 s"),
        ("record", "ready 22.0 s 2026/03/03/x.wav"),
        ("score", "agent 1001, queue bills: scored 2"),
        ("voicemail", "message in box 100, 0.9 s, v/1.wav"),
        ("callback", "call 13912345678 back from queue bills"),
        ("end", "ended by agent after 40.0 s (cause 16)"),
    ]


@pytest.mark.req("RT-7")
def test_what_the_caller_left_by_stands_before_the_end() -> None:
    call = Call(call_id=ID, started_at=BEGAN, ended_at=after(5), direction="inbound", state="closed")
    gone = step(1, "welcome", kind="play", outcome="hung_up", next=None, at=after(5.02))
    page = CallPage(call, [gone], *[[] for _ in range(6)])
    assert [(line.at, line.what) for line in page.lines()] == [(after(5), "play"), (after(5), "end")]


@pytest.mark.req("RT-7")
def test_a_caller_leaves_the_queue_at_the_answer(page: CallPage) -> None:
    page.visits[0].left_at = after(30)
    left = next(line for line in page.lines() if line.text.startswith("left queue"))
    assert left.at == after(8)


def test_a_call_that_is_not_kept_is_not_found(home: Path) -> None:
    engine = engine_for(f"sqlite:///{home}/database/hotline.db")
    with Session(engine) as session, pytest.raises(NotFound, match="hotline calls list"):
        read_page(session, "nosuch")
    engine.dispose()


def test_show_prints_every_line_of_the_page(home: Path, page: CallPage) -> None:
    printed = CliRunner().invoke(main, ["--home", str(home), "calls", "show", ID]).output
    assert "call hotline-1.0  inbound  closed" in printed
    assert "trunk e1  dialled 95588  caller 13912345678" in printed
    for line in page.lines():
        assert line.text in printed


def test_json_has_the_same_facts(home: Path) -> None:
    result = CliRunner().invoke(main, ["--home", str(home), "calls", "show", ID, "--json"])
    told = json.loads(result.output)
    assert (told["call_id"], told["ended_by"], told["started_at"]) == (
        ID,
        "agent",
        BEGAN.isoformat(timespec="milliseconds"),
    )
    parts = ("steps", "visits", "legs", "recordings", "scores", "voicemails", "callbacks")
    assert [len(told[part]) for part in parts] == [2, 1, 2, 1, 1, 1, 1]


@pytest.fixture
def in_shanghai(home: Path) -> Path:
    """The home, with a site in Shanghai."""
    engine = engine_for(f"sqlite:///{home}/database/hotline.db")
    with session_factory(engine).begin() as session:
        save(session, site(flow({"begin": {"kind": "hangup"}})), "test", lambda: BEGAN)
        session.add(Gap(source="ami", began_at=BEGAN, ended_at=after(9), reason="a test", found={}))
    engine.dispose()
    return home


def test_people_are_told_the_times_of_the_site_and_which_zone_once(in_shanghai: Path) -> None:
    shown = CliRunner().invoke(main, ["--home", str(in_shanghai), "calls", "show", ID]).output
    assert "began 2026-03-03 17:30:00 (all times Asia/Shanghai)" in shown
    assert "  17:30:08.0  record " in shown
    assert shown.count("Asia/Shanghai") == 1
    for command, moment in (("calls list", "17:30:00"), ("scores", "17:30:36"), ("gaps list", "17:30:09")):
        table = CliRunner().invoke(main, ["--home", str(in_shanghai), *command.split()]).output
        assert f"2026-03-03 {moment}" in table
        assert table.count("Asia/Shanghai") == 1
        rows = json.loads(
            CliRunner().invoke(main, ["--home", str(in_shanghai), *command.split(), "--json"]).output
        )
        moments = [dt.datetime.fromisoformat(rows[0][key]) for key in rows[0] if key.endswith("at")]
        assert all(at.utcoffset() == dt.timedelta() for at in moments)


def test_without_a_site_the_times_are_utc_and_called_so(home: Path) -> None:
    shown = CliRunner().invoke(main, ["--home", str(home), "calls", "show", ID]).output
    assert "began 2026-03-03 09:30:00 (all times UTC)" in shown


@pytest.mark.parametrize("command", ["calls list", "scores", "recordings list", "gaps list"])
def test_lists_tell_the_same_rows_as_table_and_as_json(home: Path, command: str) -> None:
    words = ["--home", str(home), *command.split()]
    rows = json.loads(CliRunner().invoke(main, [*words, "--json"]).output)
    table = CliRunner().invoke(main, words).output.splitlines()
    assert len(table) == len(rows) + 1
    assert all(row["call_id"] in line for row, line in zip(rows, table[1:], strict=True))


@pytest.mark.req("REC-1", "REC-2")
def test_why_a_call_is_recorded_and_what_was_kept_out_is_told() -> None:
    times = ("2026-03-03T09:30:10+00:00", "2026-03-03T09:30:14.500+00:00")
    gap = {"from": times[0], "to": times[1], "by": "agent 1001", "ended_by": "time"}
    row = Recording(call_id=ID, uniqueid="x", state="ready", path="a.wav", started_at=after(8), gaps=[gap])
    decision = RecordingDecision(
        call_id=ID, at=after(4), queue="bills", record=True, reason="site: always recorded"
    )
    call = Call(call_id=ID, direction="inbound", started_at=BEGAN, state="open")
    page = CallPage(call, [], [], [], [row], [], [], [], decisions=[decision])
    assert [line.text for line in page.lines()] == [
        "queue bills: to be recorded (site: always recorded)",
        "ready a.wav",
        "paused 4.5 s by agent 1001, ended by time",
    ]


@pytest.mark.req("GW-5")
def test_a_call_from_another_site_is_found_by_its_id_there(tmp_path: Path, migrated: Path) -> None:
    engine = sqlite_copy(migrated, tmp_path)
    with session_factory(engine).begin() as session:
        session.add_all(survey_call())
        session.add(LinkedCall(call_id=ID, site="shanghai", joint_id="sh-9.1", at=after(0)))
    with session_factory(engine)() as session:
        page = read_page(session, "sh-9.1")
        assert page.call.call_id == ID
        assert page.as_dict()["linked"][0]["joint_id"] == "sh-9.1"
        said = [line.text for line in page.lines() if line.what == "site"]
        assert said == ["came from site shanghai; began there or further away as call sh-9.1"]
        with pytest.raises(NotFound):
            read_page(session, "sh-9.2")
    engine.dispose()
