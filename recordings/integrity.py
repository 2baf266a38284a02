"""The audit of recordings, both ways: calls against rows, rows against files, files against rows.

It only reads; ``repair`` finishes parts whose leg has ended and that nobody writes any more.
"""

from __future__ import annotations

import time
import wave
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from callcenter.ports import TalkedLeg
from recordings import naming, sound
from schema.calls import Call, Leg, Recording, Visit

TOLERANCE_MS = 500
"""A recording may differ from the talk that was counted by this much (PROMISES P4)."""
IDLE_SECONDS = 5.0
PLAYABLE = ("ready", "truncated")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that does not agree.

    ``kind``: no_row, no_file, changed, duration, orphan_file or orphan_part.
    """

    kind: str
    subject: str
    detail: str


def audit(session: Session, folder: Path, recorded_queues: set[str]) -> list[Finding]:
    """Everything that does not agree between calls, rows and files below ``folder``."""
    rows = session.execute(select(Recording, Leg.talk_ms).outerjoin(Leg, Leg.uniqueid == Recording.uniqueid))
    known: set[str] = set()
    findings: list[Finding] = []
    for row in rows:
        recording: Recording = row[0]
        findings += _check_row(recording, row[1], folder)
        known.add(recording.path or "")
    findings += [
        Finding("no_row", leg.uniqueid, f"call {leg.call_id}: agent {leg.agent} talked {leg.talk_ms} ms")
        for leg in _unrecorded(session, recorded_queues)
    ]
    return findings + list(_orphans(folder, known))


def repair(session: Callable[[], Session], close: Callable[[TalkedLeg], None], folder: Path) -> int:
    """Have ``close`` finish the parts that a dead process left (``recordings.capture.close``). Gives how many."""
    with session() as open_session:
        legs = {
            row[0].uniqueid: _talked(row[0], row[1], row[2])
            for row in _ended_legs(open_session, idle_parts(folder))
        }
    for leg in legs.values():
        close(leg)
    return len(legs)


def _check_row(recording: Recording, talk_ms: int | None, folder: Path) -> Iterator[Finding]:
    if recording.state not in PLAYABLE or recording.path is None:
        return
    try:
        found = sound.probe(folder / recording.path)
    except (OSError, EOFError, wave.Error) as error:
        yield Finding("no_file", recording.uniqueid, f"{recording.path}: {error}")
        return
    if found.sha256 != recording.sha256:
        yield Finding("changed", recording.uniqueid, f"{recording.path} is not the file that was recorded")
    if recording.state == "ready" and talk_ms is not None:
        difference = found.duration_ms - talk_ms
        if abs(difference) > TOLERANCE_MS:
            yield Finding("duration", recording.uniqueid, f"{difference:+d} ms against the talk counted")


def _unrecorded(session: Session, recorded_queues: set[str]) -> Iterator[Leg]:
    talked = (
        select(Leg)
        .join(Visit, (Visit.call_id == Leg.call_id) & (Visit.agent == Leg.agent))
        .join(Call, Call.call_id == Leg.call_id)
        .outerjoin(Recording, Recording.uniqueid == Leg.uniqueid)
        .where(Leg.kind == "agent", Leg.talk_ms > 0, Recording.id.is_(None), Visit.queue.in_(recorded_queues))
        .where(Call.state == "closed")
    )
    yield from session.scalars(talked)


def _orphans(folder: Path, known: set[str]) -> Iterator[Finding]:
    for path in sorted(folder.glob("[0-9]*/**/*.wav")):
        name = str(path.relative_to(folder))
        if name not in known:
            yield Finding("orphan_file", name, "no row knows this file")
    for part in idle_parts(folder):
        yield Finding("orphan_part", part.name, f"{part.stat().st_size} bytes nobody has finished")


def idle_parts(folder: Path) -> list[Path]:
    """Parts below the recordings folder that hold sound and that nobody writes any more."""
    parts = (folder / naming.PART_FOLDER).glob("*.sln")
    return [part for part in parts if part.stat().st_size and _idle(part)]


def _idle(part: Path) -> bool:
    return time.time() - part.stat().st_mtime > IDLE_SECONDS


def _ended_legs(session: Session, parts: list[Path]) -> Iterator[Row[Leg, str | None, str | None]]:
    uniqueids = [naming.uniqueid_of_part(part) for part in parts]
    yield from session.execute(
        select(Leg, Visit.queue, Call.ended_by)
        .join(Call, Call.call_id == Leg.call_id)
        .outerjoin(Visit, (Visit.call_id == Leg.call_id) & (Visit.agent == Leg.agent))
        .where(Leg.uniqueid.in_(uniqueids), Leg.ended_at.is_not(None), Leg.talk_ms > 0)
    )


def _talked(leg: Leg, queue: str | None, ended_by: str | None) -> TalkedLeg:
    return TalkedLeg(
        call_id=leg.call_id,
        uniqueid=leg.uniqueid,
        agent=leg.agent,
        queue=queue,
        started_at=leg.answered_at or leg.started_at,
        talk_ms=leg.talk_ms,
        cut=ended_by == "pbx_restart",
    )
