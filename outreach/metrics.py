"""What waits to be sent, told when somebody asks."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress

from sqlalchemy import func, or_, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from callcenter.health.families import Families, gauge
from callcenter.health.house import EVERY_SECONDS
from callcenter.ports import Clock
from schema.surveys import Invitation, Notice, is_unsent


class Waiting:
    """``run`` counts until cancelled; a database that is away is told of elsewhere, and the last count stands."""

    def __init__(self, reading: Callable[[], Session], clock: Clock) -> None:
        self._reading = reading
        self._clock = clock
        self._seen: tuple[int, int] | None = None

    async def run(self) -> None:
        """Count, and count again."""
        while True:
            with suppress(SQLAlchemyError):
                self._seen = await asyncio.to_thread(self.look)
            await asyncio.sleep(EVERY_SECONDS)

    def look(self) -> tuple[int, int]:
        """Mails and text messages that are due or were tried in vain. Raises what the database raises."""
        with self._reading() as session:
            mails, messages = (self._late(session, table) for table in (Notice, Invitation))
        return mails, messages

    def _late(self, session: Session, table: type[Notice] | type[Invitation]) -> int:
        late = or_(table.due_at <= self._clock(), table.error.is_not(None))
        waiting = (is_unsent(table), table.state == "waiting")
        return session.scalar(select(func.count(table.id)).where(*waiting, late)) or 0

    def collect(self) -> Families:
        """What was counted last; nothing before the first look."""
        if self._seen is None:
            return
        mails, messages = self._seen
        yield gauge("hotline_mails_waiting", "Mails that are due or were tried in vain", mails)
        yield gauge("hotline_messages_waiting", "Text messages, as links to surveys, the same", messages)
