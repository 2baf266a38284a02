"""Each fault is really made, and found with its mend; without the fault all is well. No Asterisk needed."""

from __future__ import annotations

import asyncio
import datetime as dt
import os
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path

import pytest
from sqlalchemy import text

from agi.scripts.ping import ping
from agi.server import serve
from callcenter.health import life
from callcenter.machine_name import name_trouble
from doctor import asterisk, fastagi, files, machine, ports, records
from doctor.checks import CHECKS, examine
from doctor.findings import Look
from schema.calls import Gap, LedgerPosition
from tests.doctor.conftest import PORTS, SPRING_2026, House

OLD = time.time() - 3600


# ── the machine ──────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("state", "found"), [(0, "ok"), (5, "warning"), (-1, "warning")])
def test_a_clock_that_nothing_keeps_right_is_a_warning(state: int, found: str) -> None:
    assert machine.judge_clock(state).state == found


def test_this_machines_clock_and_name_can_be_judged(look: Look) -> None:
    assert machine.clock(look).state in ("ok", "warning")
    assert machine.name(look).state == ("wrong" if name_trouble() else "ok")


# ── files ────────────────────────────────────────────────────────────────────


def test_a_disk_with_no_room_is_wrong(look: Look, monkeypatch: pytest.MonkeyPatch) -> None:
    assert (
        files.disk(look).text.endswith(str(look.settings.folder / "database"))
        or "GiB" in files.disk(look).text
    )
    monkeypatch.setattr(files, "LOW", 2**60)
    assert files.disk(look).state in ("warning", "wrong")
    monkeypatch.setattr(files, "FULL", 2**60)
    assert files.disk(look).state == "wrong"


def test_secrets_that_others_may_read_are_wrong(look: Look) -> None:
    look.app.secrets("agi/token")
    assert files.secrets(look).state == "ok"
    path = look.settings.folder / "secrets.json"
    path.chmod(0o644)
    assert files.secrets(look).mend == f"chmod 600 {path}"


def test_prompts_that_are_not_made_are_wrong(house: House) -> None:
    house.spoken = None
    found = files.prompts(Look(house))
    assert (found.state, found.mend) == ("wrong", "run hotline prompts build")
    house.spoken = ()
    assert files.prompts(Look(house)).state == "ok"


def test_an_asterisk_without_a_folder_for_its_ledger_is_wrong(look: Look) -> None:
    found = files.ledger(look)
    assert (found.state, found.mend.split()[-1]) == ("wrong", f"{look.settings.log}/cel-custom")
    Path(found.mend.split()[-1]).mkdir(parents=True)
    assert files.ledger(look).state == "ok"


def test_facts_that_wait_are_a_warning(look: Look) -> None:
    look.settings.journal.mkdir(parents=True)
    segment = look.settings.journal / "agi-1-1.jsonl"
    segment.write_text('{"fact": "step"}\n')
    assert files.journal(look).state == "ok"
    os.utime(segment, (OLD, OLD))
    assert files.journal(look).state == "warning"


def test_a_recording_left_half_made_is_a_warning(look: Look) -> None:
    part = look.settings.recordings / ".part/hotline-1.1.sln"
    part.parent.mkdir(parents=True)
    part.write_bytes(b"\0" * 32000)
    assert files.recordings(look).state == "ok"
    os.utime(part, (OLD, OLD))
    assert files.recordings(look).mend == "run hotline recordings audit --repair"


# ── the database ─────────────────────────────────────────────────────────────


def test_a_database_without_tables_or_at_another_revision_is_wrong(empty: House, house: House) -> None:
    with house.engine().begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    found = records.revision(Look(house))
    assert (found.state, found.mend) == ("wrong", "run hotline db upgrade")


def test_a_database_at_this_programs_revision_is_well(look: Look) -> None:
    assert records.revision(look).state == "ok"


@pytest.mark.parametrize(
    ("now", "state"),
    [
        (SPRING_2026.replace(year=2025), "ok"),
        (SPRING_2026, "warning"),
        (SPRING_2026.replace(year=2027), "wrong"),
    ],
)
def test_a_year_without_its_holidays_grows_urgent(house: House, now: dt.datetime, state: str) -> None:
    house.now = now
    assert records.holidays(Look(house)).state == state


@pytest.mark.parametrize(
    ("ended_ago", "state"),
    [(None, "wrong"), (dt.timedelta(hours=1), "warning"), (dt.timedelta(days=2), "ok")],
)
def test_gaps_are_told_while_they_are_open_and_for_a_day(
    house: House, ended_ago: dt.timedelta | None, state: str
) -> None:
    now = house.clock()
    ended_at = None if ended_ago is None else now - ended_ago
    gap = Gap(source="ami", began_at=now - dt.timedelta(days=3), ended_at=ended_at, reason="x", found={})
    with house.sessions().begin() as session:
        session.add(gap)
    assert records.gaps(Look(house)).state == state


def test_a_listener_that_is_silent_is_wrong(house: House) -> None:
    assert records.listener(Look(house)).state == "wrong"
    row = LedgerPosition(ledger="cel@hotline", inode=0, offset=0, seen_at=house.clock())
    with house.sessions().begin() as session:
        session.add(row)
    assert records.listener(Look(house)).state == "ok"
    house.now = house.clock() + dt.timedelta(minutes=1)
    assert "hotline ami" in (records.listener(Look(house)).mend or "")


def test_a_worker_that_is_silent_is_wrong(house: House) -> None:
    assert records.worker(Look(house)).text == "no worker is at work: never"
    life.Life(house.sessions(), life.worker_of("hotline"), house.clock).say()
    assert records.worker(Look(house)).state == "ok"
    house.now = house.clock() + dt.timedelta(minutes=1)
    assert "hotline worker" in (records.worker(Look(house)).mend or "")


# ── ports ────────────────────────────────────────────────────────────────────


ANYWHERE = "0.0.0.0"


@pytest.mark.parametrize(("host", "state"), [("127.0.0.1", "ok"), (ANYWHERE, "wrong"), ("::", "wrong")])
def test_a_port_that_strangers_can_reach_is_wrong(look: Look, host: str, state: str) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, PORTS["ami_port"] + 10))
        listening.listen()
        look.settings.ami_port = PORTS["ami_port"] + 10
        found = ports.reachable(look)
    assert found.state == state
    assert state == "ok" or "manager on" in found.text


def test_a_port_towards_the_networks_that_may_connect_is_right(look: Look) -> None:
    with socket.socket() as listening:
        listening.bind((ANYWHERE, 0))
        listening.listen()
        look.settings.agi_port = listening.getsockname()[1]
        look.settings.agi_from = "10.0.0.0/8"
        assert ports.reachable(look).state == "wrong"
        look.settings.agi_from = "0.0.0.0/32"  # where it listens
        assert ports.reachable(look).state == "ok"


# ── FastAGI ──────────────────────────────────────────────────────────────────


@pytest.fixture
def agi_server(house: House) -> Iterator[House]:
    """A FastAGI server that knows the house's token, in a thread of its own."""
    ready: Future[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = Future()

    async def run() -> None:
        ended = asyncio.Event()
        script = {"ping": lambda call: ping(call, None)}  # type: ignore[arg-type]
        server = await serve("127.0.0.1", 0, script, house.secrets("agi/token"))
        house.settings.agi_port = server.port
        ready.set_result((asyncio.get_running_loop(), ended))
        await ended.wait()
        await server.stop(0)

    thread = threading.Thread(target=lambda: asyncio.run(run()))
    thread.start()
    loop, ended = ready.result(10)
    yield house
    loop.call_soon_threadsafe(ended.set)
    thread.join()


def test_fastagi_that_knows_the_token_and_no_stranger_is_well(agi_server: House) -> None:
    assert fastagi.answers(Look(agi_server)).state == "ok"


def test_fastagi_with_another_token_is_wrong(agi_server: House) -> None:
    agi_server.secrets.set("agi/token", "a-newer-token")
    assert "restart hotline agi" in (fastagi.answers(Look(agi_server)).mend or "")


def test_no_fastagi_is_wrong(look: Look) -> None:
    found = fastagi.answers(look)
    assert (found.state, found.text) == (
        "wrong",
        f"FastAGI at 127.0.0.1:{PORTS['agi_port']}: Connection refused",
    )


def test_something_else_on_fastagis_port_is_wrong(look: Look) -> None:
    with socket.create_server(("127.0.0.1", 0)) as stranger:
        look.settings.agi_port = stranger.getsockname()[1]
        thread = threading.Thread(target=_greet_twice, args=[stranger])
        thread.start()
        found = fastagi.answers(look)
        thread.join()
    assert found.text == "FastAGI answers without the token"


def _greet_twice(stranger: socket.socket) -> None:
    for _ in range(2):
        line, _ = stranger.accept()
        with line:
            line.sendall(b"220 mail.example.com\r\n")
            line.recv(1000)


# ── all of them ──────────────────────────────────────────────────────────────


def test_nothing_at_all_is_told_check_by_check(empty: House) -> None:
    empty.spoken = None
    found = dict(examine(empty))
    assert found.keys() == CHECKS.keys()
    assert found["database"].mend == "run hotline db upgrade"
    assert found["console"].state == found["fastagi"].state == found["manager"].state == "wrong"
    assert all(finding.mend for finding in found.values() if finding.state in ("warning", "wrong"))


def test_an_old_asterisk_is_wrong(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asterisk, "SAFE", (99,))
    assert asterisk.version(Look(house)).state == "wrong"


def test_what_cannot_be_looked_at_is_said_to_be_skipped(house: House, tmp_path: Path) -> None:
    found = dict(examine(house))
    assert (found["modules"].state, found["modules"].text) == ("skipped", "Asterisk is not running")
