"""What becomes of a leg's recording: stopped when the leg leaves its bridge, made into a checked file.

The rendered dialplan starts MixMonitor on the leg before its phone rings (docs/decisions/0006): the listener
can be as slow as it likes, or dead, and no word is lost. It stops the recording, so that no survey, parking
tone or room is in it, and it makes of the raw part a file, a row and, should there be none, a row that says so.
"""

from __future__ import annotations

import asyncio
import wave
from pathlib import Path

import structlog
from sqlalchemy.exc import SQLAlchemyError

from callcenter.errors import HotlineError
from callcenter.ports import PhoneSystem, TalkedLeg
from recordings import naming, sound
from recordings.catalogue import Catalogue

log = structlog.get_logger()
SETTLE_SECONDS = 0.2
"""MixMonitor's own thread closes the file some milliseconds after the leg's end."""
SETTLE_TRIES = 25
DATABASE_RETRY_SECONDS = 1.0
AT_ONCE = 4


class Capture:
    """Stops and finishes recordings (``callcenter.ports.LegRecorder``). ``spool`` is Asterisk's."""

    def __init__(self, phone: PhoneSystem, catalogue: Catalogue, spool: Path) -> None:
        self._phone = phone
        self._catalogue = catalogue
        self._spool = spool
        self._few = asyncio.Semaphore(AT_ONCE)

    async def stop(self, channel: str, call_id: str) -> None:
        """The leg has left its bridge. A leg that is gone already has stopped by itself."""
        try:
            await self._phone.action("StopMixMonitor", {"Channel": channel})
        except HotlineError as error:
            log.warning("recording.not_stopped", call=call_id, channel=channel, error=str(error))

    async def finish(self, leg: TalkedLeg) -> None:
        """The leg has ended: make its file and its row, unless there is a row. The part stays until both are safe.

        While the database is away it is tried again and again.
        """
        async with self._few:
            while True:
                try:
                    return await self._finish(leg)
                except SQLAlchemyError as error:
                    reason = str(error.__cause__ or error).splitlines()[0]
                    log.warning("recording.waiting", call=leg.call_id, leg=leg.uniqueid, error=reason)
                await asyncio.sleep(DATABASE_RETRY_SECONDS)

    def discard(self, uniqueid: str) -> None:
        """The leg never talked: drop the empty file that MixMonitor may have opened."""
        part = naming.part_file(self._spool, uniqueid)
        if part.exists() and part.stat().st_size == 0:
            part.unlink(missing_ok=True)

    async def _finish(self, leg: TalkedLeg) -> None:
        if not await asyncio.to_thread(self._catalogue.knows, leg.uniqueid):
            await self._settled(leg.uniqueid)
            await asyncio.to_thread(close, leg, self._catalogue, self._spool)

    async def _settled(self, uniqueid: str) -> None:
        """Wait until nobody writes the part any more."""
        part, before = naming.part_file(self._spool, uniqueid), -1
        for _ in range(SETTLE_TRIES):
            size = part.stat().st_size if part.exists() else 0
            if size == before:
                return
            before = size
            await asyncio.sleep(SETTLE_SECONDS)


def close(leg: TalkedLeg, catalogue: Catalogue, spool: Path) -> None:
    """From the part of an ended leg to its file and row. Blocks: call it in a thread."""
    part = naming.part_file(spool, leg.uniqueid)
    if not part.exists() or part.stat().st_size == 0:
        catalogue.failed(leg, "missing", "Asterisk wrote no file for this leg")
        log.error("recording.missing", call=leg.call_id, leg=leg.uniqueid)
        return
    name = naming.finished_path(leg.uniqueid, leg.started_at, leg.queue, leg.agent)
    try:
        finished = sound.finish(part, catalogue.folder / name)
    except (OSError, EOFError, wave.Error) as error:
        catalogue.failed(leg, "failed", f"the file could not be finished: {error}")
        log.exception("recording.failed", call=leg.call_id, leg=leg.uniqueid, reason=str(error))
        return
    catalogue.ready(leg, finished)
    part.unlink(missing_ok=True)
    log.info("recording.ready", call=leg.call_id, leg=leg.uniqueid, ms=finished.duration_ms)
