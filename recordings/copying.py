"""Finished recordings go to the object store: copied, read back, and only then the local file may go.

A store that is away costs nothing but time: the local file stays, the copy is tried again, and it is told once.
"""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Callable
from pathlib import Path

import structlog
from sqlalchemy import Select, delete, func, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from callcenter.errors import HotlineError
from callcenter.ports import Clock
from recordings import sound
from recordings.catalogue import OLDEST_FIRST, PLAYABLE
from recordings.store import Store, StoreAway
from schema.calls import Recording
from schema.recording_copies import RecordingCopy
from schema.refusal import first_line
from schema.upsert import engine_of, upsert

log = structlog.get_logger()
LOOK_SECONDS, AWAY_SECONDS = 5.0, 30.0


class Copier:
    """Copies what rows say is finished. ``local_days``: so long the local file stays; None: for ever."""

    def __init__(
        self, store: Store, folder: Path, session: Callable[[], Session], clock: Clock, local_days: int | None
    ) -> None:
        self._store = store
        self._folder = folder
        self._session = session
        self._clock = clock
        self._local_days = local_days
        self._spoilt: set[int] = set()
        """Whose file is not what was recorded: the audit tells of them."""
        self._left_alone: set[int] = set()
        """Whose local file stays: their copy is not what was copied there, or they are over otherwise."""
        self.away = False

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            try:
                while await asyncio.to_thread(self.work):
                    pass
                if self.away:
                    log.warning("recording.store_back")
                self.away = False
            except (StoreAway, HotlineError, SQLAlchemyError, OSError) as error:
                if not self.away:
                    _alarm(first_line(error))
                self.away = True
            await asyncio.sleep(AWAY_SECONDS if self.away else LOOK_SECONDS)

    def work(self) -> bool:
        """One step; False when nothing is to be done. Raises StoreAway, and what the database and the disk raise."""
        return self._remove_deleted() or self._copy_next() or self._clear_next()

    def _copy_next(self) -> bool:
        with self._session() as session:
            row = session.scalars(waiting().where(Recording.id.not_in(self._spoilt)).limit(1)).first()
        if row is None:
            return False
        local, address = self._folder / str(row.path), self._store.address(str(row.path))
        if not local.exists() or sound.digest(local) != row.sha256:
            self._spoilt.add(row.id)
            log.warning("recording.not_copied", recording=row.id, reason="the file is not what was recorded")
            return True
        self._store.put(local, address)
        if self._store.digest(address) != row.sha256:
            raise StoreAway(f"{address} reads back otherwise than it was written")
        self._note(row, address)
        return True

    def _note(self, row: Recording, address: str) -> None:
        """Of a recording deleted meanwhile too, which loses the copy with it; another worker may have noted it."""
        now = self._clock()
        copy = {"recording_id": row.id, "address": address, "sha256": row.sha256, "stored_at": now}
        with self._session() as session, session.begin():
            session.execute(upsert(engine_of(session), RecordingCopy).values(copy).on_conflict_do_nothing())
            _mark(session, row.id, now)
        log.info("recording.copied", recording=row.id, address=address)

    def _clear_next(self) -> bool:
        """Let one local file go whose time is up and whose copy still reads as it should."""
        if self._local_days is None:
            return False
        due = RecordingCopy.stored_at <= self._clock() - dt.timedelta(days=self._local_days)
        here = RecordingCopy.local_gone_at.is_(None)
        with self._session() as session:
            wanted = select(RecordingCopy).where(
                here, due, RecordingCopy.recording_id.not_in(self._left_alone)
            )
            copy = session.scalars(wanted.order_by(RecordingCopy.stored_at).limit(1)).first()
            row = session.get(Recording, copy.recording_id) if copy else None
        if copy is None:
            return False
        if row is None or row.state not in PLAYABLE:  # those behind it do not wait for what has no file
            self._left_alone.add(copy.recording_id)
            return True
        if self._store.digest(copy.address) != row.sha256:
            self._left_alone.add(row.id)  # told once; those behind it go in their time
            raise StoreAway(f"{copy.address} is not what was copied there")
        gone = update(RecordingCopy).where(RecordingCopy.recording_id == copy.recording_id)
        with self._session() as session, session.begin():
            session.execute(gone.values(local_gone_at=self._clock()))
        (self._folder / str(row.path)).unlink(missing_ok=True)
        log.info("recording.local_gone", recording=row.id)
        return True

    def _remove_deleted(self) -> bool:
        """Who deletes a recording means its copy too."""
        with self._session() as session:
            gone = (Recording.path.is_(None), Recording.copied_at.is_not(None), Recording.state == "deleted")
            wanted = select(RecordingCopy).join(Recording, Recording.id == RecordingCopy.recording_id)
            copy = session.scalars(wanted.where(*gone).limit(1)).first()
        if copy is None:
            return False
        self._store.remove(copy.address)
        with self._session() as session, session.begin():
            session.execute(delete(RecordingCopy).where(RecordingCopy.recording_id == copy.recording_id))
            _mark(session, copy.recording_id, None)
        log.info("recording.copy_deleted", recording=copy.recording_id)
        return True


def _mark(session: Session, number: int, copied_at: dt.datetime | None) -> None:
    """The recording's own row says whether it has a copy: who looks for the others reads no row of these."""
    session.execute(update(Recording).where(Recording.id == number).values(copied_at=copied_at))


def _alarm(reason: str) -> None:
    log.error("recording.store_away", reason=reason, mend="see HOTLINE_RECORDINGS_STORE; nothing is lost")


def waiting() -> Select[Recording]:
    """Recordings that are finished and converted, and have no copy yet; the oldest first."""
    finished = (Recording.state.in_(PLAYABLE), Recording.path.is_not(None), Recording.wanted_format.is_(None))
    return select(Recording).where(*finished, Recording.copied_at.is_(None)).order_by(*OLDEST_FIRST)


def how_many_wait(session: Session, since: dt.datetime) -> int:
    """Of those begun before ``since``."""
    found = waiting().where(Recording.started_at < since).subquery()
    return session.scalar(select(func.count()).select_from(found)) or 0


def copy_of(session: Session, number: int) -> RecordingCopy | None:
    """The copy of a recording."""
    return session.get(RecordingCopy, number)


def only_there(session: Session) -> set[int]:
    """Recordings whose copy is all there is."""
    return set(
        session.scalars(select(RecordingCopy.recording_id).where(RecordingCopy.local_gone_at.is_not(None)))
    )
