"""What becomes of a leg's recording: stopped when the leg leaves its bridge, made into a checked file.

The rendered dialplan starts MixMonitor on the leg before its phone rings (docs/decisions/0006): the listener
can be as slow as it likes, or dead, and no word is lost. It stops the recording, so that no survey, parking
tone or room is in it, and it makes of the raw part a file, a row and, should there be none, a row that says so.
"""

from __future__ import annotations

import asyncio
import threading
import wave
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import structlog
from sqlalchemy.exc import SQLAlchemyError

from callcenter.errors import HotlineError
from callcenter.ports import PhoneSystem, TalkedLeg
from recordings import naming, sound
from recordings.catalogue import PLAYABLE, Catalogue
from schema.refusal import first_line

log = structlog.get_logger()
SETTLE_SECONDS = 0.2
"""MixMonitor's own thread closes the file some milliseconds after the leg's end."""
SETTLE_TRIES = 25
AT_ONCE = 4


class Capture:
    """Stops and finishes recordings (``callcenter.ports.LegRecorder``). ``spool`` is Asterisk's."""

    def __init__(self, phone: PhoneSystem, catalogue: Catalogue, spool: Path) -> None:
        self._phone = phone
        self._catalogue = catalogue
        self._spool = spool
        self._few = asyncio.Semaphore(AT_ONCE)
        self._guard = threading.Lock()
        self._at_work: set[str] = set()

    async def stop(self, channel: str, call_id: str) -> None:
        """The leg has left its bridge. A leg that is gone already has stopped by itself."""
        try:
            await self._phone.action("StopMixMonitor", {"Channel": channel})
        except HotlineError as error:
            log.warning("recording.not_stopped", call=call_id, channel=channel, error=str(error))

    async def finish(self, leg: TalkedLeg) -> None:
        """The leg has ended: make its file and its row, unless it has them. The part stays until both are safe.

        Never raises: what can't be done now, ``recordings.integrity.repair`` does later.
        """
        if not await self._settled(leg):
            log.warning("recording.still_growing", call=leg.call_id, leg=leg.uniqueid)
            return
        async with self._few:
            try:
                await asyncio.to_thread(self.close, leg)
            except (SQLAlchemyError, OSError, ValueError) as error:
                log.warning("recording.put_off", call=leg.call_id, leg=leg.uniqueid, reason=first_line(error))

    def close(self, leg: TalkedLeg) -> bool:
        """Blocking: from the part to file and row. Whether it became a recording. Raises what databases raise."""
        with self._alone(leg.uniqueid) as alone:
            return alone and self._close(leg, naming.part_file(self._spool, leg.uniqueid))

    def _close(self, leg: TalkedLeg, part: Path) -> bool:
        if self._catalogue.state(leg.uniqueid) in PLAYABLE:
            part.unlink(missing_ok=True)  # a process ended between the row and this
            return False
        if sound.frames(part) == 0:
            self._catalogue.failed(leg, "missing", "Asterisk wrote no file for this leg")
            log.error("recording.missing", call=leg.call_id, leg=leg.uniqueid)
            return False
        name = naming.finished_path(leg.uniqueid, leg.started_at, leg.queue, leg.agent)
        try:
            finished = sound.finish(part, self._catalogue.folder / name)
        except (OSError, EOFError, wave.Error) as error:
            self._catalogue.failed(leg, "failed", f"the file could not be finished: {error}")
            log.exception("recording.failed", call=leg.call_id, leg=leg.uniqueid)
            return False
        self._catalogue.ready(leg, finished)
        part.unlink(missing_ok=True)
        log.info("recording.ready", call=leg.call_id, leg=leg.uniqueid, ms=finished.duration_ms)
        return True

    def discard(self, uniqueid: str) -> None:
        """The leg never talked: drop the empty file that MixMonitor may have opened."""
        with suppress(OSError, ValueError):
            part = naming.part_file(self._spool, uniqueid)
            if part.stat().st_size == 0:
                part.unlink(missing_ok=True)

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

    async def _settled(self, leg: TalkedLeg) -> bool:
        """Wait until nobody writes the part any more; False if somebody goes on."""
        try:
            part = naming.part_file(self._spool, leg.uniqueid)
        except ValueError:
            return True
        before = -1
        for _ in range(SETTLE_TRIES):
            size = part.stat().st_size if part.exists() else 0
            if size == before:
                return True
            before = size
            await asyncio.sleep(SETTLE_SECONDS)
        return False
