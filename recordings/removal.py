"""Deleted messages leave Asterisk's spool: by its own console, which renumbers those that stay."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from callcenter import mailboxes
from callcenter.errors import HotlineError
from callcenter.ports import AsteriskConsole, Clock
from recordings.voicemail import CONTEXT
from schema.refusal import first_line

log = structlog.get_logger()
LOOK_SECONDS = 2.0


class Removal:
    """``system`` is the one Asterisk whose messages these are; ``console`` gives None while it is away."""

    def __init__(
        self,
        sessions: sessionmaker[Session],
        console: Callable[[], AsteriskConsole | None],
        system: str,
        clock: Clock,
    ) -> None:
        self._sessions = sessions
        self._console = console
        self._system = system
        self._clock = clock

    async def run(self) -> None:
        """Look again and again, until cancelled."""
        while True:
            try:
                await asyncio.to_thread(self.remove)
            except (SQLAlchemyError, HotlineError) as error:
                log.warning("voicemail.removal_put_off", error=first_line(error))
            await asyncio.sleep(LOOK_SECONDS)

    def remove(self) -> int:
        """Remove what is deleted; gives how many messages. Raises Unreachable and what the database raises."""
        with self._sessions.begin() as session:
            mine = [
                (row, mark)
                for row, mark in mailboxes.to_remove(session)
                if row.message_id.startswith(f"{self._system}-")
            ]
            console = self._console() if mine else None
            if console is None:
                return 0
            for row, mark in mine:
                message = row.message_id.removeprefix(f"{self._system}-")
                console.rx(f"voicemail remove {row.mailbox} {CONTEXT} INBOX {message}")
                mark.removed_at = self._clock()
        return len(mine)
