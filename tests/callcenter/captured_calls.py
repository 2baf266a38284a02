"""The captured calls (``tests/transcripts/journey``) as events, and as records told in seconds."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from ami.ledger import parse_cel, parse_queue_log
from ami.protocol import AmiStream
from ami.translate import WANTED, translate
from callcenter.events import CallVanished, Event
from callcenter.journey import CallRecord, Endpoints, JourneyBook

FOLDER = Path(__file__).parents[1] / "transcripts/journey"
NAMES = sorted(path.name for path in FOLDER.iterdir() if (path / "cel.csv").exists())
EVER = dt.datetime.max.replace(tzinfo=dt.UTC)
HOUSE = Endpoints(trunks={"e1"}, seats={"seat8001", "seat8002", "seat8003"})


class Captured(NamedTuple):
    """One case: the manager's events and the ledger's."""

    ami: list[Event]
    ledger: list[Event]


def read(name: str) -> Captured:
    """A captured case; a call that Asterisk's death cut short ends as the listener would end it."""
    folder = FOLDER / name
    messages = AmiStream(WANTED).feed((folder / "ami.txt").read_bytes())
    ami = [event for message in messages if (event := translate(message))]
    ledger = [event for line in (folder / "cel.csv").read_bytes().splitlines() if (event := parse_cel(line))]
    lines = (folder / "queue_log").read_bytes().splitlines()
    ledger += [event for line in lines if (event := parse_queue_log(line))]
    if name == "killed":
        ledger += vanish(ledger)
    return Captured(ami, ledger)


def vanish(ledger: list[Event]) -> list[Event]:
    """Asterisk was killed a second after its last word."""
    at = max(event.at for event in ledger) + dt.timedelta(seconds=1)
    calls = sorted({event.linkedid for event in ledger if event.linkedid})
    return [CallVanished(at, "snapshot", call, call) for call in calls]


def book_of(events: Iterable[Event]) -> JourneyBook:
    """A book with these events in it."""
    book = JourneyBook(HOUSE)
    for event in events:
        book.add(event)
    return book


def records(events: Iterable[Event]) -> list[CallRecord]:
    """The closed calls of these events, in order of their start."""
    return sorted(book_of(events).take_closed(EVER), key=lambda call: call.started_at)
