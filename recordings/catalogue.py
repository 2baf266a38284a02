"""Rows of recordings: one for each agent leg that talked, whatever became of its file."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from callcenter.facts import upsert
from callcenter.ports import TalkedLeg
from callcenter.recording_policy import Terms
from recordings import pauses
from recordings.sound import SoundFile
from schema.calls import Recording
from schema.session import reading

PLAYABLE = ("ready", "truncated")
"""States of a row that has a file."""
OVER = (*PLAYABLE, "deleted")
"""States that nothing a leg has left can change."""


def lost(session: Session, since: dt.datetime) -> int:
    """How many talks since then should have a file and have none."""
    rows = select(func.count()).where(
        Recording.state.in_(("failed", "missing")), Recording.started_at >= since
    )
    return session.scalar(rows) or 0


class Catalogue:
    """Writes recordings' rows; saying it twice changes nothing."""

    def __init__(self, session: sessionmaker[Session], folder: Path) -> None:
        self._session = session
        self.folder = folder

    def ready(self, leg: TalkedLeg, sound: SoundFile, terms: Terms, short: str | None = None) -> None:
        """The file is synced and in its place. ``short``: why something is missing in it."""
        ended_at = leg.started_at + dt.timedelta(milliseconds=sound.duration_ms)
        with self._session() as session, session.begin():
            gaps = pauses.gaps(session, leg.uniqueid, leg.started_at, ended_at)
            self._put(
                session,
                leg,
                state="truncated" if short else "ready",
                reason=short,
                path=str(sound.path.relative_to(self.folder)),
                duration_ms=sound.duration_ms,
                bytes=sound.size,
                sha256=sound.sha256,
                sides=terms.sides,
                wanted_format=None if terms.format == "wav" else terms.format,
                gaps=gaps or None,
            )

    def failed(self, leg: TalkedLeg, state: str, reason: str) -> None:
        """There is no playable file: ``state`` is failed, missing or not_recorded, ``reason`` one sentence.

        Never said over a row that has a file: another process may have finished it meanwhile.
        """
        without = dict.fromkeys(("path", "duration_ms", "bytes", "sha256"))
        with self._session() as session, session.begin():
            self._put(session, leg, state=state, reason=reason, **without)

    def state(self, uniqueid: str) -> str | None:
        """What the leg's row says, None while it has none."""
        with reading(self._session) as session:
            return session.scalar(select(Recording.state).where(Recording.uniqueid == uniqueid))

    def _put(self, session: Session, leg: TalkedLeg, **columns: object) -> None:
        row: dict[str, object] = {
            "call_id": leg.call_id,
            "uniqueid": leg.uniqueid,
            "agent": leg.agent,
            "queue": leg.queue,
            "started_at": leg.started_at,
            **columns,
        }
        insert = upsert(session, Recording).values(row)
        worse = Recording.state != "deleted"
        if row["path"] is None:
            worse &= Recording.path.is_(None)
        session.execute(insert.on_conflict_do_update(index_elements=["uniqueid"], set_=row, where=worse))
