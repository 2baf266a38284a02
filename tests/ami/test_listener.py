"""Calls become rows at once, whole, and the same ones whatever the listener, the database or a storm do."""

from __future__ import annotations

import asyncio
import datetime as dt
import itertools
import tempfile
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, select, text
from structlog.testing import capture_logs

from ami import listener as listening
from ami.protocol import Message
from callcenter.journey import book
from schema.base import Base
from schema.calls import Gap, LedgerPosition
from schema.session import engine_for, session_factory
from tests.ami.following import LATER, Following, messages, tables
from tests.ami.ledgers import Ledgers, copy_of
from tests.callcenter.captured_calls import FOLDER, NAMES
from tests.databases import Sessions

WHOLE = tuple(name for name in NAMES if name != "killed")


@pytest.fixture
def ledgers(tmp_path: Path) -> Ledgers:
    return Ledgers(tmp_path / "log")


def sqlite(folder: Path) -> Sessions:
    engine = engine_for(f"sqlite:///{folder}/hotline.db")
    Base.metadata.create_all(engine)
    return session_factory(engine)


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
def expected(names: tuple[str, ...], manager: bool) -> dict[str, list[Any]]:
    """The rows of everything at once, in a database of its own; with the manager's word or without."""
    with tempfile.TemporaryDirectory() as folder:
        ledgers, sessions = Ledgers(Path(folder) / "log"), sqlite(Path(folder))
        following = Following(sessions, ledgers)
        for name in names:
            ledgers.write(name)
            if manager:
                following.hear((FOLDER / name / "ami.txt").read_bytes())
        following.round()
        return tables(sessions)


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
    cuts: list[tuple[int, str]], lines: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Time goes on by ``cuts`` milliseconds; then the listener reads, or is killed and comes again."""
    folder, tape = tmp_path_factory.mktemp("cut"), Tape()
    ledgers, sessions = Ledgers(folder / "log"), sqlite(folder)
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


SPOILED = {
    "a phone that is none": b'"CHAN_START","%s","pbx1-9.9","%s","PJSIP","","","","in","","","","",""',
    "a cause that is none": b'"HANGUP","%s","pbx1-9.9","%s","PJSIP/e1-9","","","","in","","","","",'
    b'"{""hangupcause"":null}"',
    "a bridge that is none": b'"BRIDGE_ENTER","%s","pbx1-9.9","%s","PJSIP/e1-9","","","","in","","","","",'
    b'"{""bridge_id"":[]}"',
}


@pytest.mark.req("P2")
@pytest.mark.parametrize("spoiled", SPOILED)
def test_an_event_that_spoils_its_call_is_set_aside_and_costs_nothing_else(
    spoiled: str, sessions: Sessions, ledgers: Ledgers
) -> None:
    for name in WHOLE:
        ledgers.write(name)
    lines = ledgers.cel.read_bytes().splitlines()
    whole = []
    for line in lines:
        whole.append(line)
        if line.startswith(b'"CHAN_START"'):
            fields = line.split(b'"')
            whole.append(SPOILED[spoiled].replace(b"9.9", fields[5]) % (fields[3], fields[7]))
    ledgers.cel.write_bytes(b"\n".join(whole) + b"\n")
    following = Following(sessions, ledgers)
    for name in WHOLE:
        following.hear((FOLDER / name / "ami.txt").read_bytes())
    with capture_logs() as logged:
        following.round()
        following.round()
    assert tables(sessions) == expected(WHOLE, manager=True)
    said = "ledger.line_set_aside" if spoiled == "a cause that is none" else "event.set_aside"
    assert {entry["event"] for entry in logged} == {said}
    if said == "event.set_aside":
        assert {entry["call"] for entry in logged} >= {call[0] for call in tables(sessions)["calls"]}


def test_a_manager_event_that_spoils_its_call_is_set_aside_with_the_calls_id(
    sessions: Sessions, ledgers: Ledgers
) -> None:
    """Before the ledger tells better, and with a handler that fails at each event."""
    stream = (FOLDER / "survey" / "ami.txt").read_bytes()
    odd = b"Event: Newchannel\r\nTimestamp: 1795313835.9\r\nChannel: PJSIP\r\nUniqueid: pbx1-9\r\n"
    odd += b"Linkedid: pbx1-1795313835.0\r\n\r\n"
    following = Following(sessions, ledgers)

    def fail(message: Message) -> None:
        raise LookupError(message.event)

    following.listener.on("Newchannel", fail)
    following.hear(stream + odd + odd.replace(b"pbx1-9", b"pbx1-10"))
    with capture_logs() as logged:
        following.round()
    plain = Following(sqlite(ledgers.folder), ledgers)
    plain.hear(stream)
    plain.round()
    assert tables(sessions) == tables(session_factory(engine_for(f"sqlite:///{ledgers.folder}/hotline.db")))
    spoilers = [entry for entry in logged if entry.get("kind") == "LegStarted"]
    assert [(entry["event"], entry["call"]) for entry in spoilers] == 2 * [
        ("event.set_aside", "pbx1-1795313835.0")
    ]
    assert {entry["call"] for entry in logged if entry.get("kind") == "Newchannel"} >= {"pbx1-1795313835.0"}


def test_a_cancel_is_no_fault_of_an_event(sessions: Sessions, ledgers: Ledgers) -> None:
    following = Following(sessions, ledgers)

    def cancel(message: Message) -> None:
        raise asyncio.CancelledError

    following.listener.on("Newchannel", cancel)
    following.hear((FOLDER / "survey" / "ami.txt").read_bytes())
    with pytest.raises(asyncio.CancelledError):
        following.round()


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


def storm(count: int) -> list[Message]:
    """Manager events of so many calls as they come, about 24 each."""
    return [m for number in range(1, count + 1) for m in messages(copy_of("survey", number, "ami.txt"))]


def served() -> float:
    """Seconds gone by, without those in which this thread could have run and other programs had its core."""
    _, waited, _ = Path("/proc/thread-self/schedstat").read_text().split()
    return time.monotonic() - int(waited) / 1e9


def longest_stall(work: Callable[[], Any]) -> float:
    """The longest time in seconds that the loop did not turn while ``work``, a coroutine's maker, went on.

    Blocking counts as much as working does; what the loop's thread waited for a core does not.
    """

    async def measure() -> float:
        task, longest = asyncio.ensure_future(work()), 0.0
        while not task.done():
            began = served()
            await asyncio.sleep(0)
            longest = max(longest, served() - began)
        await task
        return longest

    return asyncio.run(measure())


@pytest.mark.slow
def test_a_storm_of_events_never_keeps_the_managers_reader_waiting(
    sessions: Sessions, ledgers: Ledgers
) -> None:
    following = Following(sessions, ledgers)
    heard = list(itertools.islice(itertools.cycle(storm(1000)), 60_000))
    for message in heard:
        following.listener.hear(message)
    for number in range(1, 301):
        ledgers.write("abandoned", number)
    assert longest_stall(following.a_round) < 0.5


def test_a_loop_that_is_blocked_without_working_is_seen_to_stall() -> None:
    async def block() -> None:
        time.sleep(0.6)  # noqa: ASYNC251 - what the storm's test must notice

    assert longest_stall(block) > 0.5


def test_events_that_find_no_room_are_counted_as_a_gap(
    sessions: Sessions, ledgers: Ledgers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listening, "INBOX", 100)
    following = Following(sessions, ledgers)
    following.hear((FOLDER / "survey" / "ami.txt").read_bytes() * 10)
    following.round()
    with sessions() as session:
        [gap] = session.scalars(select(Gap))
    assert gap.source == "ami"
    assert gap.found["events"] > 100


def test_whoever_waits_until_all_is_booked_sees_it_booked(sessions: Sessions, ledgers: Ledgers) -> None:
    """A resync may not call a channel gone whose end stands in a ledger that is still being read."""
    for number in range(1, 301):  # more lines than are read in one turn
        ledgers.write("survey", number)
    following = Following(sessions, ledgers, LATER)

    async def wait() -> set[str]:
        stop = asyncio.Event()
        running = asyncio.create_task(following.listener.run(stop))
        await following.listener.caught_up()
        up = {name for call in following.listener.book.open_calls() for name in call.legs_up}
        stop.set()
        await running
        return up

    assert asyncio.run(wait()) == set()
    assert len(tables(sessions)["calls"]) == 300


@pytest.mark.req("P2")
def test_the_next_start_knows_when_a_listener_was_last_at_work(sessions: Sessions, ledgers: Ledgers) -> None:
    assert Following(sessions, ledgers).seen_at is None
    Following(sessions, ledgers).round()
    assert Following(sessions, ledgers).seen_at == LATER
