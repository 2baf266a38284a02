"""Both ledgers are read in step, and a place is safe only when nothing behind it is needed again."""

from __future__ import annotations

import datetime as dt

import pytest

from ami import ledger_reader as module
from ami.ledger_reader import LedgerReader, Piece
from callcenter.events import QueueJoined
from tests.ami.ledgers import Ledgers, copy_of

pytestmark = [pytest.mark.req("P2")]
NOON = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)
SECOND = dt.timedelta(seconds=1)


def line(ledgers: Ledgers) -> int:
    """One more line that tells nothing; the file's length."""
    with ledgers.cel.open("ab") as file:
        file.write(b"nothing\n")
    return ledgers.cel.stat().st_size


def test_a_place_is_safe_when_no_call_is_up(ledgers: Ledgers) -> None:
    reader = LedgerReader(ledgers.folder, {})
    assert reader.safe(None) == {}
    length = line(ledgers)
    reader.read(NOON, 100)
    assert reader.safe(None)["cel"].offset == length


def test_a_place_read_before_the_oldest_call_began_is_safe_and_no_later_one(ledgers: Ledgers) -> None:
    reader = LedgerReader(ledgers.folder, {})
    lengths = []
    for seconds in range(60):
        lengths.append(line(ledgers))
        reader.read(NOON + seconds * SECOND, 100)
    assert reader.safe(NOON + 30 * SECOND)["cel"].offset == lengths[27]
    assert reader.safe(NOON + 10 * SECOND)["cel"].offset == lengths[27]
    assert reader.safe(NOON + 50 * SECOND)["cel"].offset == lengths[47]


@pytest.mark.slow
def test_while_some_call_is_always_long_up_the_place_follows_behind_it(ledgers: Ledgers) -> None:
    """Read ten times a second for 50 minutes; the oldest call is always 15 minutes old."""
    reader = LedgerReader(ledgers.folder, {})
    lengths: list[int] = []
    for tenths in range(30_000):
        lengths.append(line(ledgers))
        now = NOON + tenths * SECOND / 10
        reader.read(now, 100)
        if tenths >= 10_000 and tenths % 1000 == 0:
            begun = tenths - 9000
            offset = reader.safe(now - 900 * SECOND)["cel"].offset
            assert lengths[begun - 40] <= offset <= lengths[begun - 20]


def test_a_call_of_a_day_does_not_fill_the_memory(ledgers: Ledgers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "CHECKPOINTS", 50)
    reader = LedgerReader(ledgers.folder, {})
    for seconds in range(500):
        line(ledgers)
        reader.read(NOON + seconds * SECOND, 100)
    assert reader.safe(NOON) == {}
    length = line(ledgers)
    reader.read(NOON + 501 * SECOND, 100)
    assert reader.safe(None)["cel"].offset == length


def test_a_long_backlog_is_read_in_pieces_with_both_files_in_step(ledgers: Ledgers) -> None:
    """The short file's lines of later calls wait until the long one has come to them."""
    ledgers.write("survey")
    ledgers.write("abandoned")
    reader = LedgerReader(ledgers.folder, {})
    pieces: list[Piece] = []
    while not pieces or not pieces[-1].all_read:
        pieces.append(reader.read(NOON, 4))
    assert len(pieces) > 5
    for piece in pieces[:-1]:
        joined = [event.at for event in piece.events if isinstance(event, QueueJoined)]
        assert all(at <= piece.until for at in joined)
    whole = LedgerReader(ledgers.folder, {}).read(NOON, 10_000)
    assert {event for piece in pieces for event in piece.events} == set(whole.events)
    assert whole.all_read


def test_what_is_put_back_is_read_again_after_a_start_from_the_stored_place(ledgers: Ledgers) -> None:
    ledgers.cel.write_bytes(b"".join(copy_of("survey", 0, "cel.csv").splitlines(keepends=True)[:2]))
    ledgers.queue_log.write_bytes(copy_of("abandoned", 0, "queue_log"))
    reader = LedgerReader(ledgers.folder, {})
    first = reader.read(NOON, 2)
    assert not [event for event in first.events if isinstance(event, QueueJoined)]
    again = LedgerReader(ledgers.folder, reader.safe(None))
    rest = [*again.read(NOON, 100).events]
    assert [event for event in rest if isinstance(event, QueueJoined)]
