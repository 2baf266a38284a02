"""Follows every channel of one Asterisk: events in, records of calls out.

Manager events give immediacy, the ledger the final word; both go into the same book of journeys. The
manager's reader only hands over: translating, booking and writing happen in loops of their own.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import time
from collections import deque
from collections.abc import Callable, Collection, Iterator
from typing import TypeVar

import structlog
from sqlalchemy.exc import SQLAlchemyError

from ami.bookkeeper import Bookkeeper
from ami.known_site import KnownSite
from ami.ledger_reader import LedgerReader
from ami.legs import RecordedLegs
from ami.protocol import Message
from ami.steady import Told, as_it_is
from ami.translate import translate
from callcenter.events import Event
from callcenter.journey import CallRecord, Journey, JourneyBook
from callcenter.ports import Clock, MailboxKeeper
from schema.refusal import first_line

log = structlog.get_logger()
T = TypeVar("T")
READ_SECONDS = 0.05
"""How often the ledgers are read and changed calls are written."""
QUIET_SECONDS = 0.25
"""How often, while Asterisk says nothing; a manager event ends the wait."""
HEARTBEAT_SECONDS = 5.0
"""How often the database is spoken to when nothing changes."""
LEAST_PAUSE_SECONDS = 0.01
RETRY_SECONDS = 1.0
INBOX = 200_000
"""Manager events that may wait; what falls out is in the ledger, and the gap is noted."""
AT_ONCE = 50
"""Events or calls worked on before the manager's reader has its turn again."""
LINES = 2000
"""Lines of each ledger read before calls are written: so much of an old ledger is in memory at once."""


class Listener:
    """One Asterisk's calls, from events to rows. ``run`` until stopped; ``hear`` is the manager's callback."""

    def __init__(
        self,
        book: JourneyBook,
        ledgers: LedgerReader,
        keeper: Bookkeeper,
        legs: RecordedLegs,
        mailboxes: MailboxKeeper,
        site: KnownSite,
        clock: Clock,
        told: Told = as_it_is,
    ) -> None:
        self.book = book
        self._ledgers = ledgers
        self._keeper = keeper
        self._legs = legs
        self._mailboxes = mailboxes
        self._mail_due = True
        self._site = site
        self._clock = clock
        self._told = told
        self._inbox: deque[Message] = deque()
        self.heard = self.overflowed = 0
        """Manager events so far, and how many of them found no room."""
        self._lost = 0
        self._lost_since: dt.datetime | None = None
        self._other: dict[str, list[Callable[[Message], None]]] = {}
        self._waiting: list[asyncio.Future[None]] = []
        self._stirred = asyncio.Event()
        self._quiet = False
        self._known_until = self._clock()
        self._wrote_at = -HEARTBEAT_SECONDS
        self._away_since: dt.datetime | None = None

    def on(self, event: str, handler: Callable[[Message], None]) -> None:
        """Let ``handler`` too see every manager event of this name, besides the journey."""
        self._other.setdefault(event, []).append(handler)

    def follow_site(self, site: KnownSite) -> None:
        """From now on the house is this one; what only the former had is still known, for the calls in hand."""
        self._site = site.after(self._site)
        self.book.endpoints = self._site.endpoints
        self._legs.queues = self._site.recorded
        self._keeper.surveys = self._site.surveys

    def hear(self, message: Message) -> None:
        """A manager event came. Only hands over."""
        self.heard += 1
        if len(self._inbox) >= INBOX:
            self._inbox.popleft()
            self._lost += 1
            self.overflowed += 1
            self._lost_since = self._lost_since or self._clock()
        self._inbox.append(message)
        self._stirred.set()

    @property
    def waiting(self) -> int:
        """Events that are still to be booked."""
        return len(self._inbox)

    def away_seconds(self, now: dt.datetime) -> float:
        """For how long the database has taken no writes; 0 while it does."""
        return (now - self._away_since).total_seconds() if self._away_since else 0.0

    async def caught_up(self) -> None:
        """Wait until everything that Asterisk has said by now is in the book."""
        done = asyncio.get_running_loop().create_future()
        self._waiting.append(done)
        self._stirred.set()
        await done

    async def run(self, stop: asyncio.Event) -> None:
        """Read, book, act and write until ``stop``; what is left then is written once more."""
        loop = asyncio.get_running_loop()
        while True:
            began, last = loop.time(), stop.is_set()
            all_read = await self._catch_up()
            written = await self._write(last)
            if last:
                await self._legs.finish_all()
                return
            if all_read:
                pause = began + READ_SECONDS - loop.time() if written else RETRY_SECONDS
                await _first_of([stop], max(pause, LEAST_PAUSE_SECONDS))
                if self._quiet:
                    await _first_of([stop, self._stirred], QUIET_SECONDS)

    async def _catch_up(self) -> bool:
        """Book what has come, from the manager and a piece of the ledgers. True when that was all."""
        self._stirred.clear()
        waiting, self._waiting = self._waiting, []
        heard = len(self._inbox)
        for turns, message in enumerate(self._heard()):
            await _give_way(turns)
            self._take(message)
        piece = self._ledgers.read(self._clock(), LINES)
        for turns, event in enumerate(piece.events):
            await _give_way(turns)
            _each(self.book.add, self._told(event), event.linkedid or event.uniqueid)
        self._known_until = piece.until
        self._quiet = not (heard or piece.events)
        if not piece.all_read:
            self._waiting = waiting + self._waiting
            return False
        for done in waiting:
            if not done.done():
                done.set_result(None)
        return True

    def _heard(self) -> Iterator[Message]:
        """What is in the inbox now; not what comes meanwhile, for a storm may last."""
        for _ in range(len(self._inbox)):
            if self._inbox:
                yield self._inbox.popleft()

    def _take(self, message: Message) -> None:
        for work in (self._book, self._legs.see, *self._other.get(message.event, ())):
            _each(work, message, message.get("Linkedid"))

    def _book(self, message: Message) -> None:
        event = translate(message)
        if event is not None:
            self.book.add(self._told(event))

    async def _records(self) -> list[CallRecord]:
        """Calls that changed since the last time."""
        records = []
        while changed := self.book.dirty():  # again: others may add to the book at each turn
            for turns, journey in enumerate(changed):
                await _give_way(turns)
                records.append(self._record(journey))
        self.book.let_go(self._known_until)
        return [self._site.named(record) for record in records if record is not None]

    def _record(self, journey: Journey) -> CallRecord | None:
        """The call as rows, if need be without the events that spoil it."""
        try:
            return journey.record(self.book.endpoints)
        except Exception:  # of one call: it must not cost the others
            for event in journey.set_aside_spoilers(self.book.endpoints):
                log.exception("event.set_aside", call=event.linkedid or event.uniqueid, **_said(event))
            return journey.record(self.book.endpoints)

    async def _write(self, last: bool) -> bool:
        """Changed calls into the database, if there are any or a heartbeat is due. False when it is away."""
        self._note_overflow()
        records, now = await self._records(), self._clock()
        self._keeper.keep(records)
        self._legs.finish(records)
        self._mail_due = self._mail_due or any(record.state == "closed" for record in records)
        due = last or time.monotonic() - self._wrote_at >= HEARTBEAT_SECONDS
        if not (self._keeper.waiting or due):
            return True
        places = self._ledgers.safe(min((call.first_at for call in self.book.open_calls()), default=None))
        try:
            await asyncio.to_thread(self._keeper.flush, places, now, last)
            await self._collect_mail()
        except SQLAlchemyError as error:
            self._database_away(now, error)
            return False
        self._database_back(now)
        self._wrote_at = time.monotonic()
        return True

    async def _collect_mail(self) -> None:
        """After a call's last rows, so that its message finds them; at the start for what came meanwhile."""
        if self._mail_due:
            await asyncio.to_thread(self._mailboxes.collect)
            self._mail_due = False

    def _note_overflow(self) -> None:
        if self._lost_since is not None:
            log.error("ami.overflow", events=self._lost, mend="is the machine or the database too slow?")
            self._keeper.gap(
                "ami",
                self._lost_since,
                self._clock(),
                "more events than could be kept",
                {"events": self._lost},
            )
            self._lost, self._lost_since = 0, None

    def _database_away(self, now: dt.datetime, error: SQLAlchemyError) -> None:
        if self._away_since is None:
            self._away_since = now
            log.error(
                "database.away",
                error=first_line(error),
                calls=self._keeper.waiting,
            )

    def _database_back(self, now: dt.datetime) -> None:
        if self._away_since is not None:
            self._keeper.gap("database", self._away_since, now, "the database did not take writes", {})
            log.warning("database.back", away_seconds=(now - self._away_since).total_seconds())
            self._away_since = None


def _each(work: Callable[[T], object], event: T, call: str | None) -> None:
    """One event; what is wrong with it must not end the listener."""
    try:
        work(event)
    except Exception:  # whatever is wrong with this event: the next ones must be heard
        log.exception("event.set_aside", call=call, kind=getattr(event, "event", type(event).__name__))


def _said(event: Event) -> dict[str, str]:
    """What the log may tell of an event: no number."""
    return {"kind": type(event).__name__, "source": event.source, "at": event.at.isoformat()}


async def _give_way(turns: int) -> None:
    """Let the manager's reader and the recordings work, now and then."""
    if turns % AT_ONCE == AT_ONCE - 1:
        await asyncio.sleep(0)


async def _first_of(events: Collection[asyncio.Event], seconds: float) -> None:
    """Until one of them is set, or so long."""
    waits = [asyncio.ensure_future(event.wait()) for event in events]
    await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    for wait in waits:
        wait.cancel()
