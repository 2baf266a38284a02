"""Is there room for recordings? A full disk costs sound, never a call: it must be known within seconds."""

from __future__ import annotations

import asyncio
import datetime as dt
import shutil
from collections.abc import Callable
from pathlib import Path

import structlog
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from callcenter.ports import Clock
from recordings.policy import DISK
from schema.calls import Gap
from schema.refusal import first_line

log = structlog.get_logger()
LOOK_SECONDS = 2.0
LEAST = 16 * 2**20
"""Bytes free below which the disk counts as full: half a minute of sixteen calls."""
SHARE = 50
"""A small file system is full when less than one part of so many is free."""


class Room:
    """Watches the file system of ``folder``. An open gap of source ``disk`` says that it is full."""

    def __init__(
        self, folder: Path, session: Callable[[], Session], reading: Callable[[], Session], clock: Clock
    ) -> None:
        self._folder = folder
        self._session = session
        self._reading = reading
        self._clock = clock
        self._alarmed = False
        self._since: dt.datetime | None = None
        """When it became full, until that is in the database, which may stand on the same disk."""

    async def run(self) -> None:
        """Look every two seconds, until cancelled."""
        while True:
            try:
                await asyncio.to_thread(self.look)
            except (SQLAlchemyError, OSError) as error:
                log.warning("recording.room_unknown", reason=first_line(error))
            await asyncio.sleep(LOOK_SECONDS)

    def look(self) -> bool:
        """Whether there is room; the gap begins or ends accordingly. Raises what the database raises."""
        disk = shutil.disk_usage(_existing(self._folder))
        least = min(LEAST, disk.total // SHARE)
        full = disk.free < (2 * least if self._alarmed else least)
        if full and not self._alarmed:
            self._since = self._clock()
            log.error(
                "recording.disk_full", folder=str(self._folder), free=disk.free, mend="free space at once"
            )
        elif self._alarmed and not full:
            log.warning("recording.disk_has_room", folder=str(self._folder), free=disk.free)
        self._alarmed = full
        self._note(full, disk.free)
        return not full

    def _note(self, full: bool, free: int) -> None:
        wanted = select(Gap).where(Gap.source == DISK, Gap.ended_at.is_(None)).limit(1)
        with self._reading() as session:
            known = session.scalar(wanted) is not None
        if full == known and (known or self._since is None):
            return
        with self._session() as session, session.begin():
            lasting = session.scalar(wanted)
            if lasting is None and self._since is not None:
                reason = f"no room for recordings in {self._folder}"
                lasting = Gap(source=DISK, began_at=self._since, reason=reason, found={"free": free})
                session.add(lasting)
            if lasting is not None and not full:
                lasting.ended_at = self._clock()
        self._since = None


def free_bytes(folder: Path) -> int:
    """On the file system that ``folder`` is on, or will be."""
    return shutil.disk_usage(_existing(folder)).free


def _existing(folder: Path) -> Path:
    return next(path for path in (folder, *folder.parents) if path.exists())
