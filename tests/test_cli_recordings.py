"""``hotline recordings``: lists, shows and audits; what a dead process left is repaired."""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
import time
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cli import main
from schema.calls import Call, Leg, Visit
from schema.session import engine_for, session_factory
from tests.sample import sample_site

BEGAN = dt.datetime(2026, 3, 3, 9, 30, tzinfo=dt.UTC)
LEG = "hotline-1.2"
TALK_MS = 2000
RECORDED = next(queue.name for queue in sample_site().queues if queue.record)


def hotline(home: Path, *words: str) -> Result:
    """Run ``hotline recordings …``."""
    return CliRunner().invoke(main, ["--home", str(home), "recordings", *words])


@pytest.fixture
def home(tmp_path: Path, home_with_site: Path) -> Path:
    """A call whose agent talked two seconds, and the part of it that a killed listener left."""
    shutil.copytree(home_with_site, tmp_path, dirs_exist_ok=True)
    _store_call(tmp_path)
    part = tmp_path / f"asterisk/spool/recordings/.part/{LEG}.sln"
    part.parent.mkdir(parents=True)
    part.write_bytes(bytes(TALK_MS * 8 * 4))
    os.utime(part, (time.time() - 3600,) * 2)
    return tmp_path


def _store_call(home: Path) -> None:
    until = BEGAN + dt.timedelta(milliseconds=TALK_MS)
    moments = {"started_at": BEGAN, "answered_at": BEGAN, "ended_at": until}
    engine = engine_for(f"sqlite:///{home}/database/hotline.db")
    with session_factory(engine).begin() as session:
        session.add(
            Call(call_id="hotline-1.0", direction="inbound", state="closed", ended_by="agent", **moments)
        )
        session.add(
            Visit(
                call_id="hotline-1.0",
                number=1,
                queue=RECORDED,
                joined_at=BEGAN,
                outcome="answered",
                agent="1001",
            )
        )
        session.add(
            Leg(
                call_id="hotline-1.0",
                uniqueid=LEG,
                channel="PJSIP/s8001-1",
                kind="agent",
                agent="1001",
                talk_ms=TALK_MS,
                **moments,
            )
        )
    engine.dispose()


def kinds(result: Result) -> list[str]:
    """What an audit found."""
    return [finding["kind"] for finding in json.loads(result.output)["findings"]]


def test_an_audit_finds_what_does_not_agree_and_ends_with_1(home: Path) -> None:
    result = hotline(home, "audit", "--json")
    assert result.exit_code == 1
    assert kinds(result) == ["no_row", "orphan_part"]
    assert "orphan_part" in hotline(home, "audit").output


def test_a_repair_finishes_the_part_and_then_all_agree(home: Path) -> None:
    result = hotline(home, "audit", "--repair")
    assert result.exit_code == 0, result.output
    assert "1 recordings finished" in result.output
    assert "calls, rows and files agree" in result.output


def test_a_file_that_is_gone_is_found(home: Path) -> None:
    hotline(home, "audit", "--repair")
    [row] = json.loads(hotline(home, "list", "--json").output)
    (home / "asterisk/spool/recordings" / row["path"]).unlink()
    result = hotline(home, "audit", "--json")
    assert (result.exit_code, kinds(result)) == (1, ["no_file"])


def test_a_recording_is_listed_and_shown_with_its_file(home: Path) -> None:
    hotline(home, "audit", "--repair")
    [row] = json.loads(hotline(home, "list", "--agent", "1001", "--json").output)
    assert (row["state"], row["duration_ms"], row["queue"]) == ("ready", TALK_MS, RECORDED)
    told = json.loads(hotline(home, "show", str(row["id"]), "--json").output)
    assert Path(told["file"]).is_file()
    printed = hotline(home, "show", str(row["id"])).output
    assert f"recording {row['id']} of call hotline-1.0: ready, 2.0 s" in printed
    assert told["file"] in printed
    assert json.loads(hotline(home, "list", "--call", "another", "--json").output) == []
