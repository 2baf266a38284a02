"""Recording a leg, from the first ring to a checked file.

MixMonitor is asked for while the phone still rings, with option ``b``: not a sample is written
before the bridge, and nothing is lost when this process is slow. It is stopped when the leg leaves
its bridge, so that no survey, parking tone or room is in the file.
"""

from __future__ import annotations

import asyncio
import wave
from collections.abc import Iterable
from pathlib import Path

import structlog

from callcenter.errors import HotlineError
from callcenter.ports import PhoneSystem
from recordings import naming, sound
from recordings.catalogue import Catalogue, TalkedLeg

log = structlog.get_logger()
SETTLE_SECONDS = 0.2
"""MixMonitor's own thread closes the file some milliseconds after the leg's end."""
SETTLE_TRIES = 25


class Capture:
    """Starts, stops and finishes recordings. ``spool`` is the folder Asterisk writes below."""

    def __init__(self, phone: PhoneSystem, catalogue: Catalogue, spool: Path) -> None:
        self._phone = phone
        self._catalogue = catalogue
        self._spool = spool

    async def start(self, channel: str, uniqueid: str, call_id: str) -> None:
        """The leg rings. A refusal is logged; the dialplan then records by itself at the answer."""
        part = naming.listener_part(self._spool, uniqueid)
        await self._wish("MixMonitor", call_id, {"Channel": channel, "File": str(part), "Options": "bD"})

    async def stop(self, channel: str, call_id: str) -> None:
        """The leg has left its bridge."""
        await self._wish("StopMixMonitor", call_id, {"Channel": channel})

    async def finish(self, leg: TalkedLeg) -> None:
        """The leg has ended: make its file and its row. The parts stay until both are safe."""
        parts = await self._settled_parts(leg.uniqueid)
        await asyncio.to_thread(self.close, leg, parts)

    def close(self, leg: TalkedLeg, parts: list[Path]) -> None:
        """Blocking: from parts to file and row. Of two parts the one begun first is the whole one."""
        if not parts:
            self._catalogue.failed(leg, "missing", "Asterisk wrote no file for this leg")
            log.error("recording.missing", call=leg.call_id, leg=leg.uniqueid)
            return
        target = self._catalogue.folder / naming.finished_path(
            leg.uniqueid, leg.started_at, leg.queue, leg.agent
        )
        try:
            finished = sound.finish(parts[0], target)
        except (OSError, EOFError, wave.Error) as error:
            self._catalogue.failed(leg, "failed", f"the file could not be finished: {error}")
            log.exception("recording.failed", call=leg.call_id, leg=leg.uniqueid)
            return
        self._catalogue.ready(leg, finished)
        for part in parts:
            part.unlink(missing_ok=True)
        log.info("recording.ready", call=leg.call_id, leg=leg.uniqueid, ms=finished.duration_ms)

    def discard(self, uniqueid: str) -> None:
        """The leg never talked: drop what MixMonitor may have opened for it."""
        for part in self.parts(uniqueid):
            if part.stat().st_size == 0:
                part.unlink(missing_ok=True)

    def parts(self, uniqueid: str) -> list[Path]:
        """The leg's part files, the longest (so the earliest begun) first."""
        candidates = (
            naming.listener_part(self._spool, uniqueid),
            naming.dialplan_part(self._spool, uniqueid),
        )
        return sorted((p for p in candidates if p.exists()), key=lambda p: -p.stat().st_size)

    async def _settled_parts(self, uniqueid: str) -> list[Path]:
        before = None
        for _ in range(SETTLE_TRIES):
            parts = self.parts(uniqueid)
            sizes = _sizes(parts)
            if sizes == before:
                break
            before = sizes
            await asyncio.sleep(SETTLE_SECONDS)
        return [part for part in self.parts(uniqueid) if part.stat().st_size > 0]

    async def _wish(self, action: str, call_id: str, fields: dict[str, str]) -> None:
        try:
            await self._phone.action(action, fields)
        except HotlineError as error:
            log.warning("recording.wish_refused", call=call_id, action=action, error=str(error))


def _sizes(parts: Iterable[Path]) -> list[int]:
    return [part.stat().st_size for part in parts]
