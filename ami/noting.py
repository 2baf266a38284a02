"""What is done to a call, on its way into the audit log: begun before it is done, then what became of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial

from sqlalchemy.orm import Session, sessionmaker

from callcenter import audit
from callcenter.agents.supervision import NotAllowed
from callcenter.errors import HotlineError
from callcenter.ports import Clock

LOST = "it was done, and only its beginning is in the log"


@dataclass
class Note:
    """One deed. What is found out only on the way, whose talk it was, is put in there."""

    by: str
    via: str
    deed: str
    call_id: str
    agent: str = ""
    to: str | None = None


class Noting:
    """Writes notes. Without an audit log nothing is done, and NotWritten says so."""

    def __init__(self, sessions: sessionmaker[Session], clock: Clock) -> None:
        self._sessions = sessions
        self._clock = clock

    @asynccontextmanager
    async def of(self, note: Note) -> AsyncIterator[Callable[[], Awaitable[None]]]:
        """The block does the deed; it awaits what it is given right before. What it raises is written down as well."""
        try:
            yield partial(self._write, note, "begun")
        except audit.NotWritten:
            raise
        except HotlineError as error:
            outcome: audit.Outcome = "refused" if isinstance(error, NotAllowed) else "failed"
            await self._write(note, outcome, str(error))
            raise
        await self._write(note, "done", lost=LOST)

    async def _write(
        self, note: Note, outcome: audit.Outcome, reason: str | None = None, lost: str = "nothing was done"
    ) -> None:
        def work() -> None:
            with self._sessions.begin() as session:
                audit.write(
                    session,
                    at=self._clock(),
                    by=note.by,
                    deed=note.deed,
                    call_id=note.call_id,
                    outcome=outcome,
                    agent=note.agent or None,
                    via=note.via,
                    reason=reason,
                    to=note.to,
                )

        with audit.closed_without(lost):
            await asyncio.to_thread(work)
