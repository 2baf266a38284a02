"""Follows every channel of one Asterisk: events in, records of calls out.

Manager events give immediacy, the ledger the final word; both go into the same book of journeys. The
manager's reader only hands over: translating, booking and writing happen in loops of their own.
"""

from __future__ import annotations

import asyncio
import datetime as dt
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import structlog
from sqlalchemy.exc import SQLAlchemyError

from ami.bookkeeper import Bookkeeper
from ami.ledger_reader import LedgerReader
from ami.legs import RecordedLegs
from ami.protocol import Message
from ami.translate import translate
from callcenter.journey import CallRecord, JourneyBook
from callcenter.ports import Clock, MailboxKeeper

log = structlog.get_logger()
READ_SECONDS = 0.1
"""How often the ledgers are read and changed calls are written."""
HEARTBEAT_SECONDS = 5.0
"""How often the ledger places are written when nothing changes: the next start knows how long nobody listened."""
RETRY_SECONDS = 1.0
INBOX = 200_000
"""Manager events that may wait; what falls out is in the ledger, and the gap is noted."""


@dataclass(frozen=True, slots=True)
class Names:
    """What the site calls an endpoint: the trunk of a gateway that signs in under another name."""

    trunk_of: Mapping[str, str]

    def named(self, record: CallRecord) -> CallRecord:
        """The record with the site's name of its trunk."""
        trunk = record.trunk and self.trunk_of.get(record.trunk, record.trunk)
        return record if trunk == record.trunk else replace(record, trunk=trunk)


class Listener:
    """One Asterisk's calls, from events to rows. ``run`` until stopped; ``hear`` is the manager's callback."""

    def __init__(
        self,
        book: JourneyBook,
        ledgers: LedgerReader,
        keeper: Bookkeeper,
        legs: RecordedLegs,
        mailboxes: MailboxKeeper,
        names: Names,
        clock: Clock,
    ) -> None:
        self.book = book
        self._ledgers = ledgers
        self._keeper = keeper
        self._legs = legs
        self._mailboxes = mailboxes
        self._mail_due = True
        self._names = names
        self._clock = clock
        self._inbox: deque[Message] = deque(maxlen=INBOX)
        self._other: dict[str, Callable[[Message], None]] = {}
        self._wrote_at = dt.datetime.min.replace(tzinfo=dt.UTC)
        self._away_since: dt.datetime | None = None

    def on(self, event: str, handler: Callable[[Message], None]) -> None:
        """Let ``handler`` see every manager event of this name, besides the journey."""
        self._other[event] = handler

    def hear(self, message: Message) -> None:
        """A manager event came. Only hands over."""
        self._inbox.append(message)

    async def run(self, stop: asyncio.Event) -> None:
        """Read, book, act and write until ``stop``; what is left then is written once more."""
        while True:
            last = stop.is_set()
            self.catch_up()
            written = await self._write()
            if last:
                await self._legs.finish_all()
                return
            await _sleep_or(stop, READ_SECONDS if written else RETRY_SECONDS)

    def catch_up(self) -> None:
        """Book everything that has come since the last time, from the manager and from the ledgers."""
        while self._inbox:
            message = self._inbox.popleft()
            event = translate(message)
            if event is not None:
                self.book.add(event)
            self._legs.see(message)
            handler = self._other.get(message.event)
            if handler is not None:
                handler(message)
        for event in self._ledgers.read(self._clock()):
            self.book.add(event)

    def _records(self) -> list[CallRecord]:
        """Calls that changed since the last time, closed ones for the last time."""
        changed = [journey.record(self.book.endpoints) for journey in self.book.dirty()]
        closed = self.book.take_closed(self._clock())
        return [self._names.named(record) for record in (*changed, *closed) if record is not None]

    async def _write(self) -> bool:
        """Changed calls into the database, if there are any or a heartbeat is due. False when it is away."""
        records, now = self._records(), self._clock()
        self._keeper.keep(records)
        self._legs.finish(records)
        self._mail_due = self._mail_due or any(record.state == "closed" for record in records)
        due = now - self._wrote_at >= dt.timedelta(seconds=HEARTBEAT_SECONDS)
        if not (self._keeper.waiting or due):
            return True
        starts = [journey.first_at for journey in self.book.open_calls() if journey.has_legs]
        places = self._ledgers.safe(min(starts, default=None))
        try:
            await asyncio.to_thread(self._keeper.flush, places, now)
            await self._collect_mail()
        except SQLAlchemyError as error:
            self._database_away(now, error)
            return False
        self._database_back(now)
        self._wrote_at = now
        return True

    async def _collect_mail(self) -> None:
        """After a call's last rows, so that its message finds them; at the start for what came meanwhile."""
        if self._mail_due:
            await asyncio.to_thread(self._mailboxes.collect)
            self._mail_due = False

    def _database_away(self, now: dt.datetime, error: SQLAlchemyError) -> None:
        if self._away_since is None:
            self._away_since = now
            log.error(
                "database.away",
                error=str(error.__cause__ or error).splitlines()[0],
                calls=self._keeper.waiting,
            )

    def _database_back(self, now: dt.datetime) -> None:
        if self._away_since is not None:
            self._keeper.gap("database", self._away_since, now, "the database did not take writes", {})
            log.warning("database.back", away_seconds=(now - self._away_since).total_seconds())
            self._away_since = None


async def _sleep_or(stop: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        return
