"""Rows of calls that are open though no such call is: closed, so that nothing is up for ever on any screen.

A call's row is closed by the journey that made it. Where that is gone, with a ledger that was lost say, nobody
would ever close the row: it is held against what the book knows and what channels Asterisk has.
"""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Callable, Collection

import structlog
from sqlalchemy import select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from ami import actions
from ami.listener import Listener
from ami.members import Manager
from callcenter.errors import HotlineError
from callcenter.ports import Clock
from schema.calls import IS_OPEN, Call, Gap, Leg, Visit
from schema.refusal import first_line

log = structlog.get_logger()
LOOK_SECONDS = 20.0
YOUNG = dt.timedelta(seconds=20)
"""A row younger than this may be of a call that is just being made."""


class ForgottenRows:
    """Closes them, of the Asterisk called ``system``, now and then."""

    def __init__(
        self,
        manager: Manager,
        listener: Listener,
        sessions: Callable[[], Session],
        system: str,
        clock: Clock,
    ) -> None:
        self._manager = manager
        self._listener = listener
        self._sessions = sessions
        self._system = system
        self._clock = clock

    async def run(self) -> None:
        """Look round until cancelled."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                await self.look()
            except (HotlineError, SQLAlchemyError) as error:
                log.warning("forgotten.put_off", reason=first_line(error))

    async def look(self) -> int:
        """Close what is open and nowhere to be found; how many. Raises HotlineError and the database's errors."""
        now = self._clock()
        found = await asyncio.to_thread(open_rows, self._sessions, self._system, now - YOUNG)
        if not found:
            return 0
        await self._listener.caught_up()
        rows = await self._manager.action_list(*actions.show_channels())
        up = {row[name] for row in rows for name in ("Uniqueid", "Linkedid") if name in row}
        gone = [call for call in found if call not in up and not self._listener.book.knows(call)]
        if gone:
            log.warning("forgotten.closed", calls=gone)
            await asyncio.to_thread(close, self._sessions, gone, now)
        return len(gone)


def open_rows(sessions: Callable[[], Session], system: str, before: dt.datetime) -> list[str]:
    """The calls of this Asterisk that are open and began before that."""
    wanted = select(Call.call_id).where(
        IS_OPEN, Call.started_at < before, Call.call_id.startswith(f"{system}-", autoescape=True)
    )
    with sessions() as session:
        return list(session.scalars(wanted))


def close(sessions: Callable[[], Session], calls: Collection[str], now: dt.datetime) -> None:
    """As a call whose end nobody saw, and write the gap down."""
    with sessions() as session, session.begin():
        began = session.scalars(select(Call.started_at).where(Call.call_id.in_(calls))).all()
        session.execute(
            update(Call)
            .where(Call.call_id.in_(calls), Call.state == "open")
            .values(state="closed", ended_by="pbx_restart", ended_at=now)
        )
        session.execute(
            update(Leg).where(Leg.call_id.in_(calls), Leg.ended_at.is_(None)).values(ended_at=now)
        )
        session.execute(
            update(Visit)
            .where(Visit.call_id.in_(calls), Visit.outcome.is_(None))
            .values(outcome="lost", left_at=now)
        )
        session.add(
            Gap(
                source="ami",
                began_at=min(began, default=now),
                ended_at=now,
                reason="rows of calls that were nowhere to be found",
                found={"forgotten": len(calls)},
            )
        )
