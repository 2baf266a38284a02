"""The database is locked, stopped, and everything that writes to it is killed."""

from __future__ import annotations

import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy.engine import make_url

from lab.postgres import PrivatePostgres
from schema.routing import ListedCaller
from tests.chaos.conftest import ChaosHouse
from tests.chaos.load import load, nothing_lost, reconcile, timed
from tests.chaos.results import Row
from tests.chaos.size import scaled
from tests.e2e.crowd import crowd
from tests.e2e.faults import Faults
from tests.e2e.telephony_site import site

RATE = 5.0
LOCKED_SECONDS, STOPPED_SECONDS = 30, 60
WRITE_SECONDS = 60.0


@pytest.mark.usefixtures("phones")
@pytest.mark.req("OPS-1")
def test_08_sqlite_locked(quiet_house: ChaosHouse, row: Callable[..., Row]) -> None:
    seconds = scaled(LOCKED_SECONDS, 10)
    mine = row("another program locks SQLite during a load", "0 lost", f"{seconds} s, {RATE:g}/s")
    with load(quiet_house, round(RATE * (seconds + 10)), RATE) as placed, Faults(quiet_house) as faults:
        placed.reached(0.1)
        mine.recovered(_away(quiet_house, faults, faults.database_locked, seconds))
        wrong = placed.over()
    reconcile(quiet_house, mine, placed, wrong)
    nothing_lost(mine)


@pytest.mark.postgres
@pytest.mark.req("OPS-1")
def test_09_postgresql_stopped(
    quiet_house: ChaosHouse, postgres: PrivatePostgres, row: Callable[..., Row]
) -> None:
    seconds = scaled(STOPPED_SECONDS, 15)
    mine = row("PostgreSQL is stopped during a load", "0 lost", f"{seconds} s, {RATE:g}/s")
    with on_postgres(quiet_house, postgres), crowd(quiet_house, rings_ms=300, talk_seconds=1.8):
        with load(quiet_house, round(RATE * (seconds + 10)), RATE) as placed, Faults(quiet_house) as faults:
            placed.reached(0.1)
            mine.recovered(_away(quiet_house, faults, faults.postgres_stopped, seconds))
            wrong = placed.over()
        reconcile(quiet_house, mine, placed, wrong)
    nothing_lost(mine)


def _away(house: ChaosHouse, faults: Faults, begin: Callable[[], None], seconds: float) -> float:
    """Take the database away for so long; how long after its return the listener writes again."""
    log = house.ami.log.stat().st_size
    begin()
    began = time.monotonic()
    timed(lambda: house.ami.logged("database.away", log), "the listener notices")
    timed(lambda: time.monotonic() - began >= seconds, "it lasts", 2.0 * seconds)
    faults.everything_mended()
    return timed(lambda: house.ami.logged("database.back", log), "the listener writes again")


@contextmanager
def on_postgres(house: ChaosHouse, server: PrivatePostgres) -> Iterator[None]:
    """The house with its rows in PostgreSQL for a while."""
    house.use_database(server.create("chaos"), server)
    house.load(site())
    house.restart_processes()
    try:
        yield
    finally:
        house.app.engine().dispose()
        house.use_database(None)
        house.restart_processes()


@pytest.mark.usefixtures("phones")
@pytest.mark.req("OPS-1")
def test_10_everything_that_writes_killed(quiet_house: ChaosHouse, row: Callable[..., Row]) -> None:
    """Listener, FastAGI and a command that is in the middle of a write, in turn; what was acknowledged stays."""
    kills = scaled(100, 8)
    calls = 6 * kills
    mine = row(
        "kill -9 of listener, FastAGI and commands during a load",
        "0 acknowledged writes lost",
        f"×{kills}, {RATE:g}/s",
    )
    acknowledged: list[str] = []
    with load(quiet_house, calls, RATE) as placed:
        for number in range(kills):
            placed.reached(min(0.98, (number + 0.5) / kills))
            mine.recovered(KILLS[number % len(KILLS)](quiet_house, number, acknowledged))
        wrong = placed.over()
    reconcile(quiet_house, mine, placed, wrong)
    kept = {listed.number for listed in quiet_house.rows(ListedCaller)}
    gone = [number for number in acknowledged if number not in kept]
    mine.also |= {"acknowledged writes": str(len(acknowledged)), "of them lost": str(len(gone))}
    mine.also["integrity"] = integrity(quiet_house)
    nothing_lost(mine, fastagi_away=True)
    assert gone == []
    assert mine.also["integrity"] == "ok"
    assert acknowledged


def _kill_listener(house: ChaosHouse, number: int, acknowledged: list[str]) -> float:
    began = time.monotonic()
    acknowledged += _write(house, number, None)
    house.ami.kill()
    house.start_ami()
    return time.monotonic() - began


def _kill_fastagi(house: ChaosHouse, number: int, acknowledged: list[str]) -> float:
    began = time.monotonic()
    house.agi.kill()
    house.start_agi()
    return time.monotonic() - began


def _kill_command(house: ChaosHouse, number: int, acknowledged: list[str]) -> float:
    acknowledged += _write(house, number, 0.6 + 0.1 * (number % 20))
    return 0.0


def _write(house: ChaosHouse, number: int, killed_after: float | None) -> list[str]:
    """Block a number by command; gives it if the command said that it is done."""
    caller = f"1350000{number:04}"
    command = house.begin("callers", "block", caller)
    try:
        command.wait(WRITE_SECONDS if killed_after is None else killed_after)
    except subprocess.TimeoutExpired:
        command.kill()
    said, _ = command.communicate()
    assert killed_after is not None or command.returncode == 0, said
    return [caller] if command.returncode == 0 else []


KILLS = (_kill_listener, _kill_command, _kill_fastagi, _kill_command)


def integrity(house: ChaosHouse) -> str:
    """What SQLite says of its file."""
    line = sqlite3.connect(str(make_url(house.app.settings.url).database))
    try:
        return str(line.execute("PRAGMA integrity_check").fetchone()[0])
    finally:
        line.close()
