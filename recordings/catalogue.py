"""Rows of recordings: one for each agent leg that talked, whatever became of its file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from callcenter.ports import TalkedLeg
from callcenter.recording_policy import Terms
from recordings import pauses
from recordings.sound import SoundFile
from schema.calls import Recording
from schema.refusal import STRANGE, first_line, is_refused
from schema.session import reading
from schema.upsert import put

log = structlog.get_logger()
PLAYABLE = ("ready", "truncated")
"""States of a row that has a file."""
OLDEST_FIRST = (Recording.started_at, Recording.id)
"""In the order of the indexes that hold what is to be done: by id alone SQLite would go through all rows."""
NOT_DELETED = Recording.state != "deleted"
WITHOUT_FILE = NOT_DELETED & Recording.path.is_(None)
OVER = (*PLAYABLE, "deleted")
"""States that nothing a leg has left can change."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A leg whose file is synced and in its place. ``short``: why something is missing in it."""

    leg: TalkedLeg
    sound: SoundFile
    terms: Terms
    short: str | None = None

    @property
    def ended_at(self) -> dt.datetime:
        """When what is in the file was over."""
        return self.leg.started_at + dt.timedelta(milliseconds=self.sound.duration_ms)


@dataclass(frozen=True, slots=True)
class Without:
    """A leg that has no playable file: ``state`` is failed, missing or not_recorded, ``reason`` one sentence."""

    leg: TalkedLeg
    state: str
    reason: str


Row = Kept | Without


def lost(session: Session, since: dt.datetime) -> int:
    """How many talks since then should have a file and have none."""
    rows = select(func.count()).where(
        Recording.state.in_(("failed", "missing")), Recording.started_at >= since
    )
    return session.scalar(rows) or 0


class Catalogue:
    """Writes recordings' rows; saying it twice changes nothing. All methods block."""

    def __init__(self, session: sessionmaker[Session], folder: Path) -> None:
        self._session = session
        self.folder = folder

    def reading(self) -> Session:
        """A session that only reads."""
        return reading(self._session)

    def write(self, rows: Sequence[Row]) -> list[Row]:
        """All of them in one transaction; gives them, but for one that is refused for ever, which is logged.

        A leg without a file is never said over a row that has one: another process may have finished it meanwhile.
        """
        if not rows:
            return []
        try:
            with self._session() as session, session.begin():
                _write(session, rows, self.folder)
        except STRANGE as error:
            if not is_refused(error):
                raise
            if len(rows) > 1:
                return [written for row in rows for written in self.write([row])]
            leg = rows[0].leg
            log.exception("recording.refused", call=leg.call_id, leg=leg.uniqueid, error=first_line(error))
            return []
        return list(rows)


def states(session: Session, legs: Collection[TalkedLeg]) -> dict[str, str]:
    """What the rows of these legs say, by uniqueid; those without one are not in it."""
    asked = select(Recording.uniqueid, Recording.state).where(
        Recording.uniqueid.in_([leg.uniqueid for leg in legs])
    )
    return {row.uniqueid: row.state for row in session.execute(asked)}


def _write(session: Session, rows: Sequence[Row], folder: Path) -> None:
    kept = [row for row in rows if isinstance(row, Kept)]
    gaps = pauses.gaps(session, {row.leg.uniqueid: (row.leg.started_at, row.ended_at) for row in kept})
    files = [_with_file(row, folder, gaps.get(row.leg.uniqueid)) for row in kept]
    put(session, Recording, files, ["uniqueid"], over=NOT_DELETED)
    without = [_without_file(row) for row in rows if isinstance(row, Without)]
    put(session, Recording, without, ["uniqueid"], over=WITHOUT_FILE)


def _with_file(kept: Kept, folder: Path, gaps: list[dict[str, str]] | None) -> dict[str, Any]:
    sound, wanted = kept.sound, kept.terms.format
    return {
        **_leg(kept.leg),
        "state": "truncated" if kept.short else "ready",
        "reason": kept.short,
        "path": str(sound.path.relative_to(folder)),
        "duration_ms": sound.duration_ms,
        "bytes": sound.size,
        "sha256": sound.sha256,
        "sides": kept.terms.sides,
        "wanted_format": None if wanted == "wav" else wanted,
        "gaps": gaps,
    }


def _without_file(without: Without) -> dict[str, Any]:
    nothing = dict.fromkeys(("path", "duration_ms", "bytes", "sha256"))
    return {**_leg(without.leg), "state": without.state, "reason": without.reason, **nothing}


def _leg(leg: TalkedLeg) -> dict[str, Any]:
    return {
        "call_id": leg.call_id,
        "uniqueid": leg.uniqueid,
        "agent": leg.agent,
        "queue": leg.queue,
        "started_at": leg.started_at,
    }
