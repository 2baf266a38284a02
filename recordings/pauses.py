"""Rows of pauses: begun and ended once, whoever says it how often, and what they leave in a recording's row.

The manager's events tell of a pause, and so does who asked for it: whichever comes first writes the row.
"""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from callcenter.facts import upsert
from schema.recordings import RecordingPause

END = "end"
"""What ended a pause that lasted until the leg was over."""


def begin(session: Session, call_id: str, uniqueid: str, channel: str, at: dt.datetime, by: str) -> bool:
    """A pause began; False when the leg is paused already."""
    row = {"call_id": call_id, "uniqueid": uniqueid, "channel": channel, "began_at": at, "by": by}
    done = session.execute(upsert(session, RecordingPause).values(row).on_conflict_do_nothing())
    return bool(done.rowcount)


def end(session: Session, uniqueid: str, at: dt.datetime, by: str) -> bool:
    """The leg's pause ended; False when there was none."""
    lasting = update(RecordingPause).where(
        RecordingPause.uniqueid == uniqueid, RecordingPause.ended_at.is_(None)
    )
    return bool(session.execute(lasting.values(ended_at=at, ended_by=by)).rowcount)


def lasting(session: Session) -> list[RecordingPause]:
    """The pauses that have not ended."""
    return list(session.scalars(select(RecordingPause).where(RecordingPause.ended_at.is_(None))))


def gaps(
    session: Session, uniqueid: str, started_at: dt.datetime, ended_at: dt.datetime
) -> list[dict[str, str]]:
    """What was kept out of the leg's recording, in order; it is over, and so is a pause that lasts."""
    end(session, uniqueid, ended_at, END)
    rows = session.scalars(
        select(RecordingPause).where(RecordingPause.uniqueid == uniqueid).order_by(RecordingPause.began_at)
    )
    return [
        {
            "from": max(row.began_at, started_at).isoformat(timespec="milliseconds"),
            "to": (row.ended_at or ended_at).isoformat(timespec="milliseconds"),
            "by": row.by,
            "ended_by": row.ended_by or END,
        }
        for row in rows
    ]
