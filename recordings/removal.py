"""Heard messages move to Asterisk's folder of old ones, deleted ones leave its spool: by its own console, which
renumbers those that stay and tells phones with a lamp.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from callcenter.errors import HotlineError
from callcenter.mailboxes import boxes as mailboxes
from callcenter.mailboxes.spool import CONTEXT, HEARD, NEW, sound_of
from callcenter.ports import AsteriskConsole, Clock
from schema.calls import VoicemailMessage
from schema.refusal import first_line
from schema.session import reading

log = structlog.get_logger()
LOOK_SECONDS = 2.0


class Removal:
    """``system`` is the one Asterisk whose messages these are; ``console`` gives None while it is away.

    ``spool`` is Asterisk's.
    """

    def __init__(
        self,
        sessions: sessionmaker[Session],
        console: Callable[[], AsteriskConsole | None],
        system: str,
        clock: Clock,
        spool: Path,
    ) -> None:
        self._sessions = sessions
        self._console = console
        self._system = system
        self._clock = clock
        self._spool = spool

    async def run(self) -> None:
        """Look again and again, until cancelled."""
        while True:
            try:
                if await asyncio.to_thread(self.is_due):
                    await asyncio.to_thread(self.remove)
                    await asyncio.to_thread(self.move)
            except (SQLAlchemyError, HotlineError) as error:
                log.warning("voicemail.removal_put_off", error=first_line(error))
            await asyncio.sleep(LOOK_SECONDS)

    def is_due(self) -> bool:
        """Whether there is anything to do. A worker at rest keeps no other writer waiting."""
        with reading(self._sessions) as session:
            return mailboxes.is_anything_to_do(session)

    def remove(self) -> int:
        """Remove what is deleted; gives how many messages. Raises Unreachable and what the database raises."""
        with self._sessions.begin() as session:
            mine = [(row, mark) for row, mark in mailboxes.to_remove(session) if self._is_mine(row)]
            console = self._console() if mine else None
            if console is None:
                return 0
            for row, mark in mine:
                folder = sound_of(self._spool, row).parent.name
                console.rx(f"voicemail remove {row.mailbox} {CONTEXT} {folder} {self._name(row)}")
                mark.removed_at = self._clock()
        return len(mine)

    def move(self) -> int:
        """Move what was heard; gives how many messages. Raises Unreachable and what the database raises."""
        with self._sessions.begin() as session:
            mine = [(row, mark) for row, mark in mailboxes.to_move(session) if self._is_mine(row)]
            new = [row for row, _ in mine if self._is_new(row)]
            console = self._console() if new else None
            for row in new if console else ():
                if console:
                    console.rx(f"voicemail move {row.mailbox} {CONTEXT} {NEW} {self._name(row)} {HEARD}")
            is_there = (self._spool / "voicemail" / CONTEXT).is_dir()
            for row, mark in mine if is_there else ():
                row.path = str(sound_of(self._spool, row).relative_to(self._spool))
                mark.moved_at = None if self._is_new(row) else self._clock()
        return len(new) if console else 0

    def _is_new(self, row: VoicemailMessage) -> bool:
        """Whether Asterisk has it, and among the new ones: one that it has no more is not moved."""
        sound = sound_of(self._spool, row)
        return sound.parent.name == NEW and sound.exists()

    def _is_mine(self, row: VoicemailMessage) -> bool:
        return row.message_id.startswith(f"{self._system}-")

    def _name(self, row: VoicemailMessage) -> str:
        """As Asterisk calls it."""
        return row.message_id.removeprefix(f"{self._system}-")
