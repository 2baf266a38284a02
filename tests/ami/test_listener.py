"""Calls become rows at once, whole, and the same ones whatever the listener, the database or a storm do."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Collection
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, select, text
from structlog.testing import capture_logs

from ami import listener as listening
from callcenter.journey import book
from schema.calls import Gap, LedgerPosition
from schema.session import session_factory
from tests.ami.expected_rows import WHOLE, expected
from tests.ami.following import LATER, Following, tables
from tests.ami.ledgers import Ledgers, copy_of
from tests.callcenter.captured_calls import FOLDER
from tests.databases import Sessions, sqlite_as_new


@pytest.mark.req("P2")
@pytest.mark.parametrize("first", ["ledger", "manager"])
def test_every_captured_call_is_one_closed_row_whoever_told_it_first(
    first: str, sessions: Sessions, ledgers: Ledgers
) -> None:
    following = Following(sessions, ledgers)
    for source in (first, {"ledger": "manager", "manager": "ledger"}[first]):
        for name in WHOLE:
            if source == "ledger":
                ledgers.write(name)
            else:
                following.hear((FOLDER / name / "ami.txt").read_bytes())
        following.round()
    assert following.keeper.waiting == 0
    found = tables(sessions)
    assert {call[8] for call in found["calls"]} == {"closed"}
    assert found == expected(WHOLE, manager=True)


@cache
class Tape:
    """The ledgers of all captured calls, one after another, played up to any moment."""

    def __init__(self) -> None:
        cel = (line for name in WHOLE for line in copy_of(name, 0, "cel.csv").splitlines(keepends=True))
        log = (line for name in WHOLE for line in copy_of(name, 0, "queue_log").splitlines(keepends=True))
        self.cel = sorted((float(line.split(b'"')[3]), line) for line in cel)
        self.queue_log = sorted((float(line.split(b"|")[0]), line) for line in log)
        self.begins, self.ends = self.cel[0][0], self.cel[-1][0]

    def play(self, ledgers: Ledgers, until: float) -> None:
        """What Asterisk has written by then; the CEL file's next line is torn."""
        told = [line for at, line in self.cel if at <= until]
        torn = self.cel[len(told)][1][:20] if len(told) < len(self.cel) else b""
        ledgers.cel.write_bytes(b"".join(told) + torn)
        ledgers.queue_log.write_bytes(b"".join(line for at, line in self.queue_log if at + 0.5 <= until))


CUTS = st.lists(
    st.tuples(st.integers(1, 20_000), st.sampled_from(["goes on", "is killed", "saw nothing"])), max_size=15
)


@pytest.mark.slow
@pytest.mark.req("P2", "P5")
@settings(max_examples=20, deadline=None)
@given(cuts=CUTS, lines=st.sampled_from([3, 2000]))
def test_a_listener_killed_anywhere_loses_and_doubles_nothing(
    cuts: list[tuple[int, str]],
    lines: int,
    migrated: Path,
    filled_anew: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """Time goes on by ``cuts`` milliseconds; then the listener reads, or is killed and comes again."""
    ledgers, tape = Ledgers(tmp_path_factory.mktemp("cut") / "log"), Tape()
    sessions = session_factory(sqlite_as_new(migrated, filled_anew))
    now = tape.begins
    following = Following(sessions, ledgers)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(listening, "LINES", lines)
        for milliseconds, fate in cuts:
            now += milliseconds / 1000
            tape.play(ledgers, now)
            following.now = dt.datetime.fromtimestamp(now, dt.UTC)
            if fate != "saw nothing":
                following.round()
            if fate == "is killed":
                following = Following(sessions, ledgers, following.now)
        tape.play(ledgers, tape.ends + 10)
        following = Following(sessions, ledgers)
        for _ in range(len(tape.cel) // lines + 1):
            following.round()
    assert tables(sessions) == expected(WHOLE, manager=False)


@pytest.mark.slow
def test_the_ledger_is_read_again_from_before_the_oldest_call_that_was_up(
    sessions: Sessions, ledgers: Ledgers
) -> None:
    """A long call is up while others come and go: all are written, and its rows are whole after a kill."""
    lines = copy_of("on_hold", 0, "cel.csv").splitlines(keepends=True)
    begun = dt.datetime.fromtimestamp(float(lines[0].split(b'"')[3]), dt.UTC)
    following = Following(sessions, ledgers, begun)
    ledgers.cel.write_bytes(lines[0])
    following.round()
    for seconds in range(10, 4000, 10):
        following.now = begun + dt.timedelta(seconds=seconds)
        with ledgers.cel.open("ab") as file:
            file.write(b"not a line\n" * 3)
        following.round()
    after = Following(sessions, ledgers)
    with ledgers.cel.open("ab") as file:
        file.writelines(lines[1:])
    ledgers.queue_log.write_bytes(copy_of("on_hold", 0, "queue_log"))
    after.round()
    [call] = tables(sessions)["calls"]
    assert call[8] == "closed"
    after.round()
    with sessions() as session:
        place = session.get(LedgerPosition, "cel@pbx1")
        assert place is not None
        assert place.offset == ledgers.cel.stat().st_size


def test_the_end_of_a_call_read_again_does_not_replace_the_whole_call(
    sessions: Sessions, ledgers: Ledgers
) -> None:
    ledgers.write("blind_transfer")
    Following(sessions, ledgers).round()
    whole = tables(sessions)
    with sessions.begin() as session:
        place = session.get(LedgerPosition, "cel@pbx1")
        assert place is not None
        place.offset = ledgers.cel.read_bytes().index(b"\n") + 1  # behind the caller's first line
    Following(sessions, ledgers).round()
    assert tables(sessions) == whole


@pytest.mark.req("P2", "P8")
def test_what_happens_while_the_database_is_away_is_written_when_it_is_back(
    database: Engine, sessions: Sessions, ledgers: Ledgers
) -> None:
    following = Following(sessions, ledgers)
    away = dt.timedelta(seconds=60)
    with database.begin() as connection:
        connection.execute(text("ALTER TABLE calls RENAME TO elsewhere"))
    with capture_logs() as logged:
        for name in WHOLE:
            ledgers.write(name)
            following.round()
        following.now += away
        with database.begin() as connection:
            connection.execute(text("ALTER TABLE elsewhere RENAME TO calls"))
        following.round()
        following.round()
    assert len(tables(sessions)["calls"]) == len(WHOLE)
    assert [entry["event"] for entry in logged] == ["database.away", "database.back"]
    with sessions() as session:
        [gap] = session.scalars(select(Gap))
    assert (gap.source, (gap.ended_at or gap.began_at) - gap.began_at) == ("database", away)


@pytest.mark.slow
@pytest.mark.req("P2")
def test_more_calls_than_a_statement_takes_are_written_at_once(sessions: Sessions, ledgers: Ledgers) -> None:
    for number in range(1, 701):
        ledgers.write("survey", number)
    following = Following(sessions, ledgers)
    while len(following.listener.book.open_calls()) or following.seen_at is None:
        following.round()
        following.seen_at = following.keeper.positions()[1]
    assert [len(rows) for rows in tables(sessions).values()] == [700, 2800, 700, 700]


def test_a_call_the_database_refuses_for_ever_blocks_no_other(sessions: Sessions, ledgers: Ledgers) -> None:
    for number in range(1, 6):
        ledgers.write("survey", number)
    poison = (
        ledgers.cel.read_bytes().replace(b'"pbx1x3-', b'"pbx1\0x3-').replace(b"16,", b"99999999999999999999,")
    )
    ledgers.cel.write_bytes(poison)
    following = Following(sessions, ledgers)
    with capture_logs() as logged:
        following.round()
        ledgers.write("abandoned")
        following.round()
    assert following.keeper.waiting == 0
    assert "call.refused" in {entry["event"] for entry in logged}
    assert "abandoned" in {visit[6] for visit in tables(sessions)["visits"]}


def test_what_was_thought_earlier_of_a_call_is_replaced_not_kept(
    sessions: Sessions, ledgers: Ledgers
) -> None:
    """Before the ledger tells, a consultation and the call it belongs to are two."""
    following = Following(sessions, ledgers)
    stream = (FOLDER / "attended_transfer" / "ami.txt").read_bytes()
    at = stream.index(b"Event: AttendedTransfer")
    following.hear(stream[:at])
    following.round()
    before = {call[0] for call in tables(sessions)["calls"]}
    ledgers.write("attended_transfer")
    following.round()
    [call] = tables(sessions)["calls"]
    assert call[0] in before
    assert {leg[0] for leg in tables(sessions)["legs"]} == {call[0]}


def test_legs_that_never_begin_do_not_pile_up(
    sessions: Sessions, ledgers: Ledgers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(book, "KEEP_NAMES", 10)
    following = Following(sessions, ledgers)
    for number in range(1, 201):
        lines = copy_of("survey", number, "cel.csv").splitlines(keepends=True)
        with ledgers.cel.open("ab") as file:
            file.writelines(line for line in lines if b"CHAN_START" not in line)
    for _ in range(3):  # more lines than are read in one turn
        following.round()
    assert following.listener.book.open_calls() == []
    assert tables(sessions)["calls"] == []


@pytest.mark.req("P2")
def test_the_next_start_knows_when_a_listener_was_last_at_work(sessions: Sessions, ledgers: Ledgers) -> None:
    assert Following(sessions, ledgers).seen_at is None
    Following(sessions, ledgers).round()
    assert Following(sessions, ledgers).seen_at == LATER


@pytest.mark.parametrize("what", ["an event", "the end"])
def test_a_listener_at_rest_is_woken(
    what: str, sessions: Sessions, ledgers: Ledgers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It looks for no new line of the ledger meanwhile; what comes is not kept waiting for the next look."""
    monkeypatch.setattr(listening, "QUIET_SECONDS", 3600.0)
    wait, rests = listening._first_of, asyncio.Event()

    async def told(events: Collection[asyncio.Event], seconds: float) -> None:
        if seconds == listening.QUIET_SECONDS:
            rests.set()
        await wait(events, seconds)

    monkeypatch.setattr(listening, "_first_of", told)
    following = Following(sessions, ledgers)

    async def play() -> None:
        stop = asyncio.Event()
        running = asyncio.create_task(following.listener.run(stop))
        await rests.wait()
        await following.listener.caught_up()
        rests.clear()
        await rests.wait()
        if what == "an event":
            following.hear((FOLDER / WHOLE[0] / "ami.txt").read_bytes())
            while not tables(sessions)["calls"]:
                await asyncio.sleep(0.01)
        stop.set()
        await running

    asyncio.run(asyncio.wait_for(play(), 60))
