"""The audit of recordings, both ways: calls against rows, rows against files, files against rows.

It only reads; ``repair`` finishes what a dead process or a full disk left undone.
"""

from __future__ import annotations

import datetime as dt
import time
import wave
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from callcenter.ports import TalkedLeg
from recordings import naming, sound
from recordings.catalogue import PLAYABLE
from recordings.conversion import SUFFIXES
from recordings.copying import only_there
from recordings.legs import queue_of, talked
from schema.calls import Call, Leg, Recording, Visit
from schema.recordings import RecordingDecision

TOLERANCE_MS = 500
"""A recording may differ from the talk that was counted by this much (PROMISES P4)."""
IDLE_SECONDS = 5.0
LEFT_OVER_SECONDS = 86400.0
"""An empty part, or a copy under way, that is this old is nobody's any more."""
AT_ONCE = 100


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
    rows = session.execute(
        select(Recording, Leg).outerjoin(
            Leg, (Leg.uniqueid == Recording.uniqueid) & (Leg.call_id == Recording.call_id)
        )
    )
    known: set[str] = set()
    findings: list[Finding] = []
    away = only_there(session)
    for recording, leg in rows:
        if recording.id not in away:
            findings += _check_row(recording, leg, folder)
        known.add(recording.path or "")
    findings += [
        Finding("no_row", leg.uniqueid, f"call {leg.call_id}: agent {leg.agent} talked {leg.talk_ms} ms")
        for leg in (*_unrecorded(session, recorded_queues), *_unrecorded_direct(session))
    ]
    return findings + list(_orphans(folder, known))


class Closer(Protocol):
    """Makes recordings of parts (``recordings.finishing.Finisher``)."""

    def close(self, legs: Sequence[TalkedLeg]) -> int:
        """Make the legs' files and rows; how many became recordings now."""
        ...


def repair(session: Callable[[], Session], closer: Closer, folder: Path) -> int:
    """Finish the parts whose leg has ended and that nobody writes any more. Gives how many became recordings."""
    parts = {naming.uniqueid_of_part(part): part for part in idle_parts(folder)}
    finished = 0
    for uniqueids in _some(sorted(parts)):
        with session() as open_session:
            legs = [talked(open_session, leg) for leg in _ended(open_session, uniqueids)]
        finished += closer.close(legs)
    _sweep(folder)
    return finished


def _check_row(recording: Recording, leg: Leg | None, folder: Path) -> Iterator[Finding]:
    if recording.state not in PLAYABLE or recording.path is None:
        return
    try:
        found_ms, digest = _measure(folder / recording.path, recording.duration_ms or 0)
    except (OSError, EOFError, wave.Error) as error:
        yield Finding("no_file", recording.uniqueid, f"{recording.path}: {error}")
        return
    if digest != recording.sha256:
        yield Finding("changed", recording.uniqueid, f"{recording.path} is not the file that was recorded")
    elif found_ms != recording.duration_ms:
        what = f"the row says {recording.duration_ms} ms, the file {found_ms} ms"
        yield Finding("duration", recording.uniqueid, what)
    elif recording.state == "ready" and leg is not None:
        difference = _against_the_leg(found_ms, leg)
        if abs(difference) > TOLERANCE_MS:
            yield Finding("duration", recording.uniqueid, f"{difference:+d} ms against the time counted")


def _against_the_leg(found_ms: int, leg: Leg) -> int:
    """What is missing of talk and hold, or is more than the leg was up.

    Between the two lies what is said while the caller is elsewhere, as when the agent consults by command.
    """
    joined = leg.talk_ms + leg.hold_ms
    up = joined
    if leg.answered_at is not None and leg.ended_at is not None:
        up = max(joined, (leg.ended_at - leg.answered_at) // dt.timedelta(milliseconds=1))
    return min(found_ms - joined, 0) or max(found_ms - up, 0)


def _measure(path: Path, duration_ms: int) -> tuple[int, str]:
    """Milliseconds and digest. A converted file was measured when it was made: its digest vouches for it."""
    if path.suffix == ".wav" and not path.name.endswith(SUFFIXES["wav49"]):
        found = sound.probe(path)
        return found.duration_ms, found.sha256
    if path.stat().st_size == 0:
        raise EOFError(f"{path.name} is empty")
    return duration_ms, sound.digest(path)


def _unrecorded(session: Session, recorded_queues: set[str]) -> list[Leg]:
    """Legs that talked, of recorded queues, without a row."""
    recorded = select(Visit).where(Visit.call_id == Leg.call_id, Visit.queue.in_(recorded_queues))
    legs = session.scalars(
        select(Leg)
        .join(Call, Call.call_id == Leg.call_id)
        .outerjoin(Recording, Recording.uniqueid == Leg.uniqueid)
        .where(Leg.kind == "agent", Leg.talk_ms > 0, Call.state == "closed", Recording.id.is_(None))
        .where(recorded.exists())
    )
    return [leg for leg in legs.all() if queue_of(session, leg) in recorded_queues]


def _unrecorded_direct(session: Session) -> Iterator[Leg]:
    """One leg of each call without a queue that was to be recorded and of which there is no row at all."""
    meant = select(RecordingDecision.id).where(
        RecordingDecision.call_id == Leg.call_id,
        RecordingDecision.queue.is_(None),
        RecordingDecision.record.is_(True),
    )
    kept = select(Recording.id).where(Recording.call_id == Leg.call_id)
    legs = session.scalars(
        select(Leg)
        .join(Call, Call.call_id == Leg.call_id)
        .where(Leg.agent.is_not(None), Leg.talk_ms > 0, Call.state == "closed")
        .where(meant.exists(), ~kept.exists())
        .order_by(Leg.call_id, Leg.uniqueid)
    )
    seen: set[str] = set()
    for leg in legs:
        if leg.call_id not in seen:
            yield leg
        seen.add(leg.call_id)


def _orphans(folder: Path, known: set[str]) -> Iterator[Finding]:
    for path in sorted(folder.glob("[0-9]*/**/*")):
        name = str(path.relative_to(folder))
        if name not in known and path.is_file():
            yield Finding("orphan_file", name, "no row knows this file")
    for part in idle_parts(folder):
        yield Finding("orphan_part", part.name, f"{part.stat().st_size} bytes nobody has finished")


def idle_parts(folder: Path) -> list[Path]:
    """Parts below the recordings folder that hold sound and that nobody writes any more."""
    parts = (folder / naming.PART_FOLDER).glob("*.sln")
    return [part for part in parts if sound.frames(part) and _age(part) > IDLE_SECONDS]


def _sweep(folder: Path) -> None:
    """Empty parts of phones that nobody answered, and copies that a dead process had under way."""
    empty = [p for p in (folder / naming.PART_FOLDER).glob("*.sln") if sound.frames(p) == 0]
    for path in (*empty, *folder.glob("[0-9]*/**/*.new")):
        if _age(path) > LEFT_OVER_SECONDS:
            path.unlink(missing_ok=True)


def _age(path: Path) -> float:
    """Seconds since it was written, 0 when it is gone."""
    try:
        return time.time() - path.stat().st_mtime
    except FileNotFoundError:
        return 0.0


def _some(uniqueids: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(uniqueids), AT_ONCE):
        yield uniqueids[start : start + AT_ONCE]


def _ended(session: Session, uniqueids: list[str]) -> list[Leg]:
    return list(
        session.scalars(
            select(Leg).where(
                Leg.uniqueid.in_(uniqueids),
                or_(Leg.kind != "caller", Leg.agent.is_not(None)),
                Leg.ended_at.is_not(None),
                Leg.talk_ms > 0,
            )
        )
    )
