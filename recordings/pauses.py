"""Rows of pauses: begun and ended once, whoever says it how often, and what they leave in a recording's row."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from callcenter.recording_policy import terms
from callcenter.site import Site
from recordings.legs import queue_of
from schema.calls import IS_OPEN, Call, Leg
from schema.recordings import RecordingPause
from schema.upsert import engine_of, upsert

END, NOT_DONE = "end", "not done"
"""What ended a pause that lasted until the leg was over, or that Asterisk refused."""


@dataclass(frozen=True, slots=True)
class Talk:
    """An agent's leg that is up. ``pause_seconds``: how long a pause of it may last."""

    call_id: str
    uniqueid: str
    channel: str
    pause_seconds: int = 0
    agent: str | None = None


def talks(session: Session, site: Site, subject: str) -> list[Talk]:
    """The agents' legs that are up, of a call or of an agent, or one leg by its id; some may not be recorded."""
    agents = or_(Leg.kind == "agent", Leg.agent.is_not(None))
    named = or_(agents & or_(Leg.call_id == subject, Leg.agent == subject), Leg.uniqueid == subject)
    legs = session.scalars(
        select(Leg)
        .join(Call, Call.call_id == Leg.call_id)
        .where(Leg.kind != "local")
        .where(Leg.ended_at.is_(None), IS_OPEN, named)
    )
    return [_talk(session, site, leg) for leg in legs]


def _talk(session: Session, site: Site, leg: Leg) -> Talk:
    call = session.get(Call, leg.call_id)
    found = terms(site, call.trunk if call else None, queue_of(session, leg), leg.agent)
    return Talk(leg.call_id, leg.uniqueid, leg.channel, found.pause_seconds, leg.agent)


def begin(session: Session, talk: Talk, at: dt.datetime, by: str) -> bool:
    """A pause begins; False when the leg is paused already."""
    row = {
        "call_id": talk.call_id,
        "uniqueid": talk.uniqueid,
        "channel": talk.channel,
        "began_at": at,
        "resume_at": at + dt.timedelta(seconds=talk.pause_seconds),
        "by": by,
    }
    insert = upsert(engine_of(session), RecordingPause).values(row).on_conflict_do_nothing()
    return session.scalar(insert.returning(RecordingPause.id)) is not None


def began(session: Session, uniqueid: str, at: dt.datetime) -> None:
    """The leg has been silent from this moment on."""
    _change(session, uniqueid, began_at=at)


def end(session: Session, uniqueid: str, at: dt.datetime, by: str) -> None:
    """The leg's pause, if there is one, has ended."""
    _change(session, uniqueid, ended_at=at, ended_by=by)


def _change(session: Session, uniqueid: str, **columns: object) -> None:
    open_one = (RecordingPause.uniqueid == uniqueid, RecordingPause.ended_at.is_(None))
    session.execute(update(RecordingPause).where(*open_one).values(columns))


def lasting(session: Session, subject: str | None = None) -> list[RecordingPause]:
    """The pauses that have not ended; ``subject``: those of a call or a leg."""
    wanted = select(RecordingPause).where(RecordingPause.ended_at.is_(None))
    if subject is not None:
        wanted = wanted.where(or_(RecordingPause.call_id == subject, RecordingPause.uniqueid == subject))
    return list(session.scalars(wanted))


def gaps(
    session: Session, spans: Mapping[str, tuple[dt.datetime, dt.datetime]]
) -> dict[str, list[dict[str, str]]]:
    """What was kept out of these legs' recordings, in order, by uniqueid; they are over, and so are pauses that last.

    ``spans``: when each recording began and ended. Legs that were not paused are not in it.
    """
    mine = (RecordingPause.uniqueid.in_(spans), RecordingPause.ended_by.is_distinct_from(NOT_DONE))
    rows = select(RecordingPause).where(*mine).order_by(RecordingPause.began_at).with_for_update()
    found: dict[str, list[dict[str, str]]] = {}
    for row in session.scalars(rows):
        started_at, ended_at = spans[row.uniqueid]
        if row.ended_at is None:
            row.ended_at, row.ended_by = ended_at, END
        gap = {
            "from": max(row.began_at, started_at).isoformat(timespec="milliseconds"),
            "to": row.ended_at.isoformat(timespec="milliseconds"),
            "by": row.by,
            "ended_by": row.ended_by or END,
        }
        found.setdefault(row.uniqueid, []).append(gap)
    return found
