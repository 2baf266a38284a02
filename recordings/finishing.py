"""From the parts of ended legs to their files and rows, once, whoever asks."""

from __future__ import annotations

import threading
import wave
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import structlog
from sqlalchemy.orm import Session

from callcenter.ports import TalkedLeg
from recordings import naming, sound
from recordings.catalogue import OVER, Catalogue, Kept, Row, Without, states
from recordings.policy import LegPolicy

log = structlog.get_logger()
SHORT_MS, SHORT_SHARE = 1000, 100
"""A file that lacks so much of the talk that was counted, and more than one part of so many, is not whole."""
FAILED = "failed"


class Finisher:
    """Finishes parts below Asterisk's ``spool``. May be asked from several threads. All methods block."""

    def __init__(self, catalogue: Catalogue, spool: Path, policy: LegPolicy) -> None:
        self._catalogue = catalogue
        self._policy = policy
        self._spool = spool
        self._guard = threading.Lock()
        self._at_work: set[str] = set()

    def close(self, legs: Sequence[TalkedLeg]) -> int:
        """Make the legs' files, then their rows, all at once; how many became recordings now.

        Raises what databases raise, and ValueError for a leg of an impossible name. The parts stay until all is safe.
        """
        with self._alone(legs) as mine:
            if not mine:
                return 0
            parts = {leg.uniqueid: naming.part_file(self._spool, leg.uniqueid) for leg in mine}
            with self._catalogue.reading() as session:
                known = states(session, mine)
                # Who was rung for an agent, and never got their call, has neither.
                talked = [
                    leg for leg in mine if known.get(leg.uniqueid) not in OVER and (leg.agent or leg.queue)
                ]
                rows = self._rows(session, talked, parts)
            written = self._catalogue.write(rows)
            for row in written:
                _tell(row)
            served = {row.leg.uniqueid for row in written if not _left_to_be_seen(row)}
            for uniqueid in parts.keys() - {row.leg.uniqueid for row in rows} | served:
                parts[uniqueid].unlink(missing_ok=True)
            return sum(isinstance(row, Kept) for row in written)

    def _rows(self, session: Session, legs: Sequence[TalkedLeg], parts: Mapping[str, Path]) -> list[Row]:
        silent = [leg for leg in legs if sound.frames(parts[leg.uniqueid]) == 0]
        why = self._policy.without_files(session, silent)
        return [
            Without(leg, *why[leg.uniqueid])
            if leg.uniqueid in why
            else self._with_sound(session, leg, parts[leg.uniqueid])
            for leg in legs
        ]

    def _with_sound(self, session: Session, leg: TalkedLeg, part: Path) -> Row:
        forbidden = self._policy.forbidden(leg)
        if forbidden is not None:
            return Without(leg, "not_recorded", forbidden)
        terms = self._policy.terms(leg)
        name = naming.finished_path(leg.uniqueid, leg.started_at, leg.queue, leg.agent)
        try:
            finished = sound.finish(part, self._catalogue.folder / name, terms.sides == "mixed", leg.apart)
        except (OSError, EOFError, wave.Error) as error:
            log.exception("recording.failed", call=leg.call_id, leg=leg.uniqueid, reason=str(error))
            return Without(leg, FAILED, f"the file could not be finished: {error}")
        missing_ms = leg.talk_ms - finished.duration_ms
        is_short = missing_ms > max(SHORT_MS, leg.talk_ms // SHORT_SHARE)
        short = self._policy.why_short(session, leg, max(missing_ms, 0)) if leg.cut or is_short else None
        return Kept(leg, finished, terms, short)

    @contextmanager
    def _alone(self, legs: Sequence[TalkedLeg]) -> Iterator[list[TalkedLeg]]:
        """Those of the legs at whose parts no other thread is."""
        with self._guard:
            mine = {leg.uniqueid: leg for leg in legs if leg.uniqueid not in self._at_work}
            self._at_work |= mine.keys()
        try:
            yield list(mine.values())
        finally:
            with self._guard:
                self._at_work -= mine.keys()


def _left_to_be_seen(row: Row) -> bool:
    """Its part is tried again: by then the disk may have room, or Asterisk's file may be there."""
    return isinstance(row, Without) and row.state in (FAILED, "missing")


def _tell(row: Row) -> None:
    leg = {"call": row.leg.call_id, "leg": row.leg.uniqueid}
    if isinstance(row, Kept):
        log.info("recording.ready", **leg, ms=row.sound.duration_ms, short=row.short)
    elif row.state == "missing":
        log.error("recording.missing", **leg)
