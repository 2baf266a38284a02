"""What the worker tells of recordings, when somebody asks."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from callcenter.health.families import Families, gauge
from callcenter.health.house import EVERY_SECONDS


class Sound:
    """Recordings that are under way or late, and the room there is. ``run`` looks until cancelled.

    A disk that hangs keeps nobody but the look waiting.
    """

    def __init__(self, parts: Callable[[], list[Path]], free: Callable[[], int]) -> None:
        self._parts = parts
        self._free = free
        self._seen: tuple[int, int] | None = None

    async def run(self) -> None:
        """Look, and look again."""
        while True:
            with suppress(OSError):
                self._seen = await asyncio.to_thread(self.look)
            await asyncio.sleep(EVERY_SECONDS)

    def look(self) -> tuple[int, int]:
        """Unfinished parts, and bytes that are free. Raises OSError."""
        return len(self._parts()), self._free()

    def collect(self) -> Families:
        """What was seen last; nothing before the first look."""
        if self._seen is None:
            return
        unfinished, free = self._seen
        yield gauge("hotline_recordings_unfinished", "Parts that nobody writes or has finished", unfinished)
        yield gauge("hotline_recordings_free_bytes", "Room for recordings", free)
