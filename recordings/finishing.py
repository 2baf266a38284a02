"""From the part of an ended leg to its file and its row, once, whoever asks."""

from __future__ import annotations

import threading
import wave
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import structlog

from callcenter.ports import TalkedLeg
from recordings import naming, sound
from recordings.catalogue import OVER, Catalogue
from recordings.policy import LegPolicy

log = structlog.get_logger()
SHORT_MS, SHORT_SHARE = 1000, 100
"""A file that lacks so much of the talk that was counted, and more than one part of so many, is not whole."""


class Finisher:
    """Finishes parts below Asterisk's ``spool``. May be asked from several threads. All methods block."""

    def __init__(self, catalogue: Catalogue, spool: Path, policy: LegPolicy) -> None:
        self._catalogue = catalogue
        self._policy = policy
        self._spool = spool
        self._guard = threading.Lock()
        self._at_work: set[str] = set()

    def close(self, leg: TalkedLeg) -> bool:
        """Make the leg's file and row. Whether it became a recording now. Raises what databases raise."""
        with self._alone(leg.uniqueid) as alone:
            return alone and self._close(leg, naming.part_file(self._spool, leg.uniqueid))

    def _close(self, leg: TalkedLeg, part: Path) -> bool:
        if self._catalogue.state(leg.uniqueid) in OVER:
            part.unlink(missing_ok=True)  # a process ended between the row and this
            return False
        if leg.agent is None and leg.queue is None:
            part.unlink(missing_ok=True)  # who was rung for an agent, and never got their call
            return False
        if sound.frames(part) == 0:
            self._without_file(leg)
            return False
        forbidden = self._policy.forbidden(leg)
        if forbidden is not None:
            self._catalogue.failed(leg, "not_recorded", forbidden)
            part.unlink(missing_ok=True)
            log.warning("recording.forbidden", call=leg.call_id, leg=leg.uniqueid, reason=forbidden)
            return False
        terms = self._policy.terms(leg)
        name = naming.finished_path(leg.uniqueid, leg.started_at, leg.queue, leg.agent)
        try:
            finished = sound.finish(part, self._catalogue.folder / name, terms.sides == "mixed", leg.apart)
        except (OSError, EOFError, wave.Error) as error:
            self._catalogue.failed(leg, "failed", f"the file could not be finished: {error}")
            log.exception("recording.failed", call=leg.call_id, leg=leg.uniqueid, reason=str(error))
            return False
        missing_ms = leg.talk_ms - finished.duration_ms
        is_short = missing_ms > max(SHORT_MS, leg.talk_ms // SHORT_SHARE)
        short = self._policy.why_short(leg, max(missing_ms, 0)) if leg.cut or is_short else None
        self._catalogue.ready(leg, finished, terms, short)
        part.unlink(missing_ok=True)
        log.info("recording.ready", call=leg.call_id, leg=leg.uniqueid, ms=finished.duration_ms, short=short)
        return True

    def _without_file(self, leg: TalkedLeg) -> None:
        state, reason = self._policy.without_file(leg)
        self._catalogue.failed(leg, state, reason)
        if state == "missing":
            log.error("recording.missing", call=leg.call_id, leg=leg.uniqueid)

    @contextmanager
    def _alone(self, uniqueid: str) -> Iterator[bool]:
        """Whether no other thread is at this leg's part."""
        with self._guard:
            alone = uniqueid not in self._at_work
            self._at_work.add(uniqueid)
        try:
            yield alone
        finally:
            if alone:
                self._at_work.discard(uniqueid)
