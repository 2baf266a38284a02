"""What the rows of a call say of an agent's leg that is to have a recording."""

from __future__ import annotations

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from callcenter.ports import TalkedLeg
from schema.calls import Call, Leg, Visit


def queue_of(session: Session, leg: Leg) -> str | None:
    """The queue the leg was rung from: the last one the caller had joined by then."""
    before: ColumnElement[bool] = Visit.joined_at <= leg.started_at
    visits = select(Visit.queue).where(Visit.call_id == leg.call_id, before)
    return session.scalar(visits.order_by(Visit.number.desc()).limit(1))


def talked(session: Session, leg: Leg) -> TalkedLeg:
    """An ended leg, as the listener would have told of it."""
    call = session.get(Call, leg.call_id)
    return TalkedLeg(
        call_id=leg.call_id,
        uniqueid=leg.uniqueid,
        agent=leg.agent,
        queue=queue_of(session, leg),
        started_at=leg.answered_at or leg.started_at,
        talk_ms=leg.talk_ms,
        cut=call is not None and call.ended_by == "pbx_restart",
        trunk=None if call is None else call.trunk,
        apart=tuple((begin, end) for begin, end in leg.apart or ()),
    )
