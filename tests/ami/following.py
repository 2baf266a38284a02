"""A listener on ledgers and a database of the test's own, driven round by round with a clock set by hand."""

from __future__ import annotations

import asyncio
import atexit
import datetime as dt
from functools import cache
from typing import Any

from sqlalchemy import select

from ami.bookkeeper import Bookkeeper
from ami.known_site import KnownSite
from ami.ledger_reader import LedgerReader
from ami.legs import RecordedLegs
from ami.listener import Listener
from ami.protocol import AmiStream, Message
from callcenter.journey import JourneyBook
from callcenter.manager_events import LISTENED
from callcenter.ports import TalkedLeg
from schema.calls import Call, Leg, Score, Visit
from tests.ami.ledgers import Ledgers
from tests.callcenter.captured_calls import HOUSE
from tests.databases import Sessions

LATER = dt.datetime(2026, 12, 1, tzinfo=dt.UTC)
"""After every captured call."""
SURVEYS = {"sales": "happy"}
SITE = KnownSite(HOUSE, SURVEYS, frozenset({"sales"}), {})


class Recorder:
    """What recordings are told, kept in order (``callcenter.ports.LegRecorder``)."""

    def __init__(self) -> None:
        self.stopped: list[str] = []
        self.finished: list[TalkedLeg] = []
        self.discarded: list[str] = []
        self.dropped: list[str] = []

    async def stop(self, channel: str, call_id: str) -> None:
        self.stopped.append(channel)

    async def finish(self, leg: TalkedLeg) -> None:
        self.finished.append(leg)

    def drop(self, uniqueid: str) -> None:
        self.dropped.append(uniqueid)

    def discard(self, uniqueid: str) -> None:
        self.discarded.append(uniqueid)


class NoMail:
    """Nobody leaves a message (``callcenter.ports.MailboxKeeper``)."""

    def collect(self) -> int:
        return 0


@cache
def _loop() -> asyncio.Runner:
    """One for all rounds: a new loop and its threads each time would take longer than they do."""
    runner = asyncio.Runner(loop_factory=asyncio.new_event_loop)
    atexit.register(runner.close)
    return runner


class Following:
    """One run of a listener; another one on the same database goes on where this one was killed."""

    def __init__(self, sessions: Sessions, ledgers: Ledgers, now: dt.datetime = LATER) -> None:
        self.now = now
        self.recorder = Recorder()
        self.keeper = Bookkeeper(sessions, "pbx1", SURVEYS)
        places, self.seen_at = self.keeper.positions()
        self.listener = Listener(
            JourneyBook(HOUSE),
            LedgerReader(ledgers.folder, places),
            self.keeper,
            RecordedLegs(self.recorder, {"sales"}),
            NoMail(),
            SITE,
            lambda: self.now,
        )

    def round(self) -> None:
        """Read, book and write once, as at an orderly end."""
        _loop().run(self.a_round())

    async def a_round(self) -> None:
        stop = asyncio.Event()
        stop.set()
        await self.listener.run(stop)

    def hear(self, stream: bytes) -> None:
        """Everything of a manager's stream at once."""
        for message in messages(stream):
            self.listener.hear(message)


def messages(stream: bytes) -> list[Message]:
    """A manager's stream as messages."""
    return [message for message in AmiStream(LISTENED).feed(stream) if message.event]


def tables(sessions: Sessions) -> dict[str, list[Any]]:
    """Every row of calls, legs, visits and scores as plain values, sorted."""
    with sessions() as session:
        return {
            table.__tablename__: sorted(
                tuple(map(str, row)) for row in session.execute(select(*table.__table__.columns))
            )
            for table in (Call, Leg, Visit, Score)
        }
