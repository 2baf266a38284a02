"""Asterisk's spool as MixMonitor leaves it, with a capture, a catalogue and the rows of calls beside it."""

from __future__ import annotations

import array
import datetime as dt
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import select

from callcenter.ports import TalkedLeg
from recordings import naming
from recordings.capture import Capture
from recordings.catalogue import Catalogue
from recordings.finishing import Finisher
from recordings.policy import LegPolicy
from schema.calls import Call, Leg, Recording, Visit
from tests.callcenter.flow_sites import QUEUE, flow, site
from tests.databases import Sessions

AT = dt.datetime(2026, 3, 2, 1, 0, tzinfo=dt.UTC)


class Phone:
    """Takes wishes and keeps them."""

    def __init__(self) -> None:
        self.wishes: list[tuple[str, Any]] = []

    async def action(self, name: str, fields: Any) -> dict[str, str]:
        self.wishes.append((name, fields))
        return {"Response": "Success"}


class Spool:
    """One Asterisk's spool and what Hotline makes of it."""

    def __init__(self, folder: Path, sessions: Sessions) -> None:
        self.sessions = sessions
        self.spool = folder
        self.recordings = folder / "recordings"
        self.phone = Phone()
        self.catalogue = Catalogue(sessions, self.recordings)
        self.policy = LegPolicy(site(flow({"start": QUEUE})))
        self.capture = Capture(self.phone, Finisher(self.catalogue, folder, self.policy), folder, self._pause)
        self.while_settling: Callable[[], object] = lambda: None
        naming.part_folder(folder).mkdir(parents=True)

    async def _pause(self, seconds: float) -> None:
        """No time goes by, but what happens meanwhile."""
        self.while_settling()

    def record(self, uniqueid: str, ms: int, extra: bytes = b"", idle: float = 60.0) -> Path:
        """A part of so many ms: the agent (left) says 1, the caller 2; last written ``idle`` seconds ago."""
        part = naming.part_file(self.spool, uniqueid)
        part.write_bytes(array.array("h", [1, 2] * (8 * ms)).tobytes() + extra)
        then = time.time() - idle
        os.utime(part, (then, then))
        return part

    def talked(self, uniqueid: str, ms: int = 1000, hold_ms: int = 0, ended_by: str = "agent") -> TalkedLeg:
        """The rows of a closed call of queue sales with one agent's leg; what the listener says of it."""
        call_id = f"call-{uniqueid}"
        with self.sessions.begin() as session:
            session.add(_call(call_id, ended_by))
            session.add(_leg(call_id, uniqueid, ms, hold_ms))
            session.add(
                Visit(
                    call_id=call_id, number=1, queue="sales", joined_at=AT, outcome="answered", agent="1001"
                )
            )
        return TalkedLeg(call_id, uniqueid, "1001", "sales", AT, ms, ended_by == "pbx_restart")

    def rows(self) -> list[Recording]:
        with self.sessions() as session:
            return list(session.scalars(select(Recording).order_by(Recording.uniqueid)))

    def files(self) -> list[str]:
        """Finished recordings and whatever else stands among them."""
        return sorted(str(path.relative_to(self.recordings)) for path in self.recordings.glob("2*/**/*.*"))

    def parts(self) -> list[str]:
        return sorted(path.name for path in naming.part_folder(self.spool).iterdir())


def _call(call_id: str, ended_by: str) -> Call:
    return Call(
        call_id=call_id, direction="inbound", started_at=AT, ended_at=AT, state="closed", ended_by=ended_by
    )


def _leg(call_id: str, uniqueid: str, ms: int, hold_ms: int) -> Leg:
    return Leg(
        call_id=call_id,
        uniqueid=uniqueid,
        channel="PJSIP/a1-1",
        kind="agent",
        agent="1001",
        started_at=AT,
        answered_at=AT,
        ended_at=AT + dt.timedelta(milliseconds=ms),
        talk_ms=ms,
        hold_ms=hold_ms,
    )
