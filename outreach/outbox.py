"""Works through a table of what is to be sent: each once, again with growing pauses while the other side is away.

A row is marked before it is handed over and after; who hands it over renews the mark. Found with an old mark, its
sender died and nobody knows whether it went out: it is sent once more. None is lost with a process, and none goes
out a third time.
"""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Generic, TypeVar

import structlog
from sqlalchemy import ColumnElement, and_, case, or_, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from callcenter.ports import Clock
from outreach.verdicts import Refused, TryLater, Unsure
from schema.refusal import first_line
from schema.session import reading
from schema.surveys import Invitation, Notice, is_unsent

log = structlog.get_logger()
LOOK_SECONDS = 1.0
FIRST_PAUSE = dt.timedelta(seconds=30)
LONGEST_PAUSE = dt.timedelta(hours=4)
MOST_TRIES = 20
"""Two days and a half."""
RENEW_SECONDS = 5.0
STUCK = dt.timedelta(seconds=20)
"""A mark not renewed for so long is of a process that died."""
LAST_SECONDS = 10.0
"""So long, after the word to stop, may what is on its way take: nobody would know whether it was taken."""
UNSURE = "nobody knows whether it was taken"
AT_ONCE = 20
"""Rows looked at for one that can be sent."""
Row = TypeVar("Row", Notice, Invitation)
Letter = TypeVar("Letter")


def pause(tries: int) -> dt.timedelta:
    """How long to wait after so many tries: 30 s, 1 min, 2 min … 4 h."""
    doubled: int = 2 ** min(tries - 1, 20)
    return min(FIRST_PAUSE * doubled, LONGEST_PAUSE)


class Outbox(Generic[Row, Letter]):
    """One table's. ``send`` raises what ``outreach.verdicts`` has; ``what`` begins the names of its log lines.

    ``write`` makes of a row what is handed over, in the transaction that marks it; None: not yet. It raises Refused.
    """

    def __init__(
        self,
        table: type[Row],
        what: str,
        write: Callable[[Session, Row], Letter | None],
        send: Callable[[Letter], Awaitable[None]],
        sessions: sessionmaker[Session],
        clock: Clock,
    ) -> None:
        self._table: Any = table
        self._unsent = is_unsent(table)
        self._what = what
        self._write: Callable[[Session, Row], Letter | None] = write
        self._send = send
        self._sessions = sessions
        self._clock = clock
        self._sent_at = "mailed_at" if table is Notice else "sent_at"

    async def run(self) -> None:
        """Until cancelled; a database that is away is waited for. What is on its way then is given a while."""
        while True:
            try:
                while await _to_its_end(self.send_one()):
                    pass
            except SQLAlchemyError as error:
                log.warning(f"{self._what}.put_off", error=first_line(error))
            await asyncio.sleep(LOOK_SECONDS)

    async def send_one(self) -> bool:
        """Send what waits longest, if anything is due. Gives whether there was something."""
        claimed = await asyncio.to_thread(self._claim)
        if claimed is None:
            return False
        number, letter = claimed
        renewing = asyncio.create_task(self._renew(number))
        try:
            await self._send(letter)
        except Unsure:
            await asyncio.to_thread(self._again, number)
        except TryLater as error:
            await asyncio.to_thread(self._later, number, str(error))
        except Refused as error:
            await asyncio.to_thread(self._end, number, "given_up", str(error))
        else:
            await asyncio.to_thread(self._end, number, "sent", None)
        finally:
            renewing.cancel()
        return True

    async def _renew(self, number: int) -> None:
        """While it is on its way, until cancelled."""
        while True:
            await asyncio.sleep(RENEW_SECONDS)
            try:
                await asyncio.to_thread(self._put, number, {"due_at": self._clock()})
            except SQLAlchemyError as error:
                log.warning(f"{self._what}.put_off", error=first_line(error))

    def _claim(self) -> tuple[int, Letter] | None:
        """Mark the next row and write what it says; one that is not to be sent yet waits."""
        now, table = self._clock(), self._table
        if not self._is_anything_due(now):
            return None
        with self._sessions.begin() as session:
            self._once_more(session, now, table.due_at < now - STUCK)
            due = select(table).where(self._unsent, table.state == "waiting", table.due_at <= now)
            for row in session.scalars(due.order_by(table.due_at, table.id).limit(AT_ONCE)).all():
                letter = self._written(session, row)
                if letter is None:
                    continue
                taking = update(table).where(table.id == row.id, table.state == "waiting")
                values = {"state": "sending", "due_at": now, "tries": row.tries + 1}
                if session.scalar(taking.values(values).returning(table.id)) is not None:
                    return row.id, letter
        return None

    def _is_anything_due(self, now: dt.datetime) -> bool:
        """Asked without the right to write: who has nothing to send keeps no other writer waiting."""
        table = self._table
        waits = and_(table.state == "waiting", table.due_at <= now)
        stuck = and_(table.state == "sending", table.due_at < now - STUCK)
        with reading(self._sessions) as session:
            return (
                session.scalar(select(table.id).where(self._unsent, or_(waits, stuck)).limit(1)) is not None
            )

    def _written(self, session: Session, row: Row) -> Letter | None:
        try:
            return self._write(session, row)
        except Refused as error:
            row.state, row.error = "given_up", str(error)
            log.warning(f"{self._what}.given_up", row=row.id, error=row.error)
            return None

    def _again(self, number: int) -> None:
        with self._sessions.begin() as session:
            self._once_more(session, self._clock(), self._table.id == number)

    def _later(self, number: int, error: str) -> None:
        with self._sessions() as session:
            tries = session.scalar(select(self._table.tries).where(self._table.id == number)) or 0
        last = tries >= MOST_TRIES
        values = (
            {"state": "given_up"} if last else {"state": "waiting", "due_at": self._clock() + pause(tries)}
        )
        self._put(number, values | {"error": error})
        state = values["state"]
        log.warning(f"{self._what}.not_sent", row=number, tries=tries, error=error, state=state)

    def _end(self, number: int, state: str, error: str | None) -> None:
        sent = {self._sent_at: self._clock()} if state == "sent" else {}
        self._put(number, {"state": state, "error": error, **sent})
        if state != "sent":
            log.error(f"{self._what}.given_up", row=number, error=error)

    def _put(self, number: int, values: dict[str, Any]) -> None:
        """Into a row on its way; one that was answered meanwhile keeps its state."""
        with self._sessions.begin() as session:
            mine = update(self._table).where(self._table.id == number, self._table.state == "sending")
            session.execute(mine.values(values))

    def _once_more(self, session: Session, now: dt.datetime, which: ColumnElement[bool]) -> None:
        """Of these nobody knows whether they went out: those of which that was so before are given up."""
        table = self._table
        doubtful = update(table).where(self._unsent, table.state == "sending", which)
        state = case((table.error == UNSURE, "given_up"), else_="waiting")
        for number, became in session.execute(
            doubtful.values(state=state, due_at=now, error=UNSURE).returning(table.id, table.state)
        ).all():
            log.warning(f"{self._what}.unsure", row=number, state=became)


async def _to_its_end(sending: Coroutine[Any, Any, bool]) -> bool:
    """Cancelled meanwhile it goes on, for a while."""
    task = asyncio.create_task(sending)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task], timeout=LAST_SECONDS)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        raise
