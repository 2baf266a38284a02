"""What becomes of a leg's recording: stopped when the leg leaves its bridge, made into a checked file.

The rendered dialplan starts MixMonitor on the leg before its phone rings (docs/decisions/0006): the listener
can be as slow as it likes, or dead, and no word is lost. It stops the recording, so that no survey, parking
tone or room is in it, and it makes of the raw part a file, a row and, should there be none, a row that says so.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from pathlib import Path

import structlog
from sqlalchemy.exc import SQLAlchemyError

from callcenter.errors import HotlineError
from callcenter.ports import PhoneSystem, TalkedLeg
from recordings import naming, sound
from recordings.finishing import Finisher
from schema.refusal import first_line

log = structlog.get_logger()
SETTLE_SECONDS = 0.2
"""MixMonitor's own thread closes the file some milliseconds after the leg's end."""
SETTLE_TRIES = 25
AT_ONCE = 2
"""So many threads make files; what waits for them is taken together, and its rows are written at once."""
TOGETHER = 100
Pause = Callable[[float], Awaitable[object]]


class Capture:
    """Stops and finishes recordings (``callcenter.ports.LegRecorder``). ``spool`` is Asterisk's.

    ``pause`` waits so many seconds.
    """

    def __init__(
        self, phone: PhoneSystem, finisher: Finisher, spool: Path, pause: Pause = asyncio.sleep
    ) -> None:
        self._phone = phone
        self._pause = pause
        self._spool = spool
        self._few = asyncio.Semaphore(AT_ONCE)
        self._settled: deque[TalkedLeg] = deque()
        self.close = finisher.close

    async def stop(self, channel: str, call_id: str) -> None:
        """The leg has left its bridge. A leg that is gone already has stopped by itself."""
        try:
            await self._phone.action("StopMixMonitor", {"Channel": channel})
        except HotlineError as error:
            log.warning("recording.not_stopped", call=call_id, channel=channel, error=str(error))

    async def finish(self, leg: TalkedLeg) -> None:
        """The leg has ended: make its file and its row, unless it has them. The part stays until both are safe.

        Never raises: what can't be done now, ``recordings.integrity.repair`` does soon after.
        """
        try:
            part = naming.part_file(self._spool, leg.uniqueid)
        except ValueError as error:
            log.warning("recording.put_off", call=leg.call_id, leg=leg.uniqueid, reason=str(error))
            return
        if not await self._is_settled(part):
            log.warning("recording.still_growing", call=leg.call_id, leg=leg.uniqueid)
            return
        self._settled.append(leg)
        async with self._few:
            await self._close_some()

    async def _close_some(self) -> None:
        """Of those that wait; another's turn may have taken the one that this was asked for."""
        legs = [self._settled.popleft() for _ in range(min(len(self._settled), TOGETHER))]
        if legs:
            await self._close(legs)

    async def _close(self, legs: Sequence[TalkedLeg]) -> None:
        try:
            await asyncio.to_thread(self.close, legs)
        except (SQLAlchemyError, OSError, ValueError) as error:
            if len(legs) > 1 and not isinstance(
                error, SQLAlchemyError
            ):  # one leg's file must not cost the others
                for leg in legs:
                    await self._close([leg])
                return
            for leg in legs:
                log.warning("recording.put_off", call=leg.call_id, leg=leg.uniqueid, reason=first_line(error))

    def discard(self, uniqueid: str) -> None:
        """The leg never talked: drop the empty file that MixMonitor may have opened."""
        with suppress(OSError, ValueError):
            part = naming.part_file(self._spool, uniqueid)
            if part.stat().st_size == 0:
                part.unlink(missing_ok=True)

    def drop(self, uniqueid: str) -> None:
        """The leg talked with a colleague only: what was recorded of it is nobody's."""
        with suppress(OSError, ValueError):
            naming.part_file(self._spool, uniqueid).unlink(missing_ok=True)

    async def _is_settled(self, part: Path) -> bool:
        """Wait until nobody writes the part any more; False if somebody goes on."""
        before = -1
        for _ in range(SETTLE_TRIES):
            size = sound.frames(part)
            if size == before:
                return True
            before = size
            await self._pause(SETTLE_SECONDS)
        return False
