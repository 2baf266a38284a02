"""Rows of recordings: one for each agent leg that talked, whatever became of its file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from callcenter.facts import upsert
from recordings.sound import SoundFile
from schema.calls import Recording

SessionMaker = Callable[[], Session]


@dataclass(frozen=True, slots=True)
class TalkedLeg:
    """An agent leg that has left its bridge. ``cut``: Asterisk went away before the leg's end."""

    call_id: str
    uniqueid: str
    agent: str | None
    queue: str | None
    started_at: dt.datetime
    talk_ms: int
    cut: bool = False


class Catalogue:
    """Writes recordings' rows; saying it twice changes nothing."""

    def __init__(self, session: SessionMaker, folder: Path) -> None:
        self._session = session
        self.folder = folder

    def ready(self, leg: TalkedLeg, sound: SoundFile) -> None:
        """The file is whole, synced and in its place."""
        state, reason = ("truncated", "Asterisk ended before the call did") if leg.cut else ("ready", None)
        self._put(
            leg,
            state=state,
            reason=reason,
            path=str(sound.path.relative_to(self.folder)),
            duration_ms=sound.duration_ms,
            bytes=sound.size,
            sha256=sound.sha256,
        )

    def failed(self, leg: TalkedLeg, state: str, reason: str) -> None:
        """There is no playable file: ``state`` is failed or missing, ``reason`` one sentence."""
        self._put(leg, state=state, reason=reason, path=None, duration_ms=None, bytes=None, sha256=None)

    def known(self, uniqueids: Sequence[str]) -> set[str]:
        """Those of the legs that have a row already."""
        with self._session() as session:
            found = session.scalars(select(Recording.uniqueid).where(Recording.uniqueid.in_(uniqueids)))
            return set(found)

    def _put(self, leg: TalkedLeg, **columns: object) -> None:
        row = {
            "call_id": leg.call_id,
            "uniqueid": leg.uniqueid,
            "agent": leg.agent,
            "queue": leg.queue,
            "started_at": leg.started_at,
            **columns,
        }
        with self._session() as session, session.begin():
            insert = upsert(session, Recording).values(row)
            session.execute(insert.on_conflict_do_update(index_elements=["uniqueid"], set_=row))
