"""Missed calls: who left a queue, or let a phone ring, without having spoken with anybody.

Each is a task, once a call. A customer who was called back and then gave up waiting is one too.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, aliased

from callcenter.calls.follow_ups import Kind, Task, open_tasks
from callcenter.errors import NotFound
from callcenter.queues.virtual_hold import RETURNED
from schema.calls import Call, Leg, Visit
from schema.follow_ups import FollowUp

KINDS: tuple[Kind, ...] = ("abandoned", "missed_call")
KEPT = dt.timedelta(days=7)
"""Whoever called longer ago is not looked for any more; a task that is open stays."""
LEFT = ("abandoned", "timeout", "full", "nobody", "lost")
"""Outcomes of a visit that nobody served; a caller who left by key chose another way."""


def open_missed(session: Session, now: dt.datetime) -> int:
    """Open a task for every missed call that has none yet; gives how many were new."""
    return open_tasks(session, [*_left_a_queue(session, now), *_let_ring(session, now)])


def missed(session: Session, states: Sequence[str], most: int) -> list[FollowUp]:
    """The tasks; who waits longest stands on top."""
    wanted = select(FollowUp).where(FollowUp.kind.in_(KINDS), FollowUp.state.in_(states))
    newest = wanted.order_by(FollowUp.opened_at.desc(), FollowUp.id.desc()).limit(most)
    return list(reversed(session.scalars(newest).all()))


def of_call(session: Session, call_id: str) -> FollowUp:
    """The task of a call. Raises NotFound."""
    wanted = select(FollowUp).where(FollowUp.kind.in_(KINDS), FollowUp.call_id == call_id)
    found = session.scalars(wanted).first()
    if found is None:
        raise NotFound(f"call {call_id} is not a missed one; see hotline calls missed list")
    return found


def _left_a_queue(session: Session, now: dt.datetime) -> list[Task]:
    """Of several queues, the last counts."""
    answered = aliased(Visit)
    served = select(answered.number).where(answered.call_id == Call.call_id, answered.outcome == "answered")
    rows = session.execute(
        select(Call, Visit)
        .join(Visit, Visit.call_id == Call.call_id)
        .where(*_spoke_with_nobody(now), Visit.outcome.in_(LEFT), ~served.exists())
        .order_by(Call.call_id, Visit.number)
    )
    return list({call.call_id: _abandoned(call, visit) for call, visit in rows}.values())


def _let_ring(session: Session, now: dt.datetime) -> list[Task]:
    """Phones of the house rang for a caller of no queue; the last one counts."""
    queued = select(Visit.number).where(Visit.call_id == Call.call_id)
    rows = session.execute(
        select(Call, Leg)
        .join(Leg, Leg.call_id == Call.call_id)
        .where(*_spoke_with_nobody(now), Leg.kind.in_(("agent", "seat")), ~queued.exists())
        .order_by(Call.call_id, Leg.started_at)
    )
    return list({call.call_id: _rung(call, leg) for call, leg in rows}.values())


def _spoke_with_nobody(now: dt.datetime) -> tuple[ColumnElement[bool], ...]:
    """Calls from outside, and calls returned to there, that are over and have no task yet."""
    heard = aliased(Leg)
    talked = select(heard.uniqueid).where(
        heard.call_id == Call.call_id, heard.kind != "caller", heard.talk_ms > 0
    )
    known = select(FollowUp.id).where(FollowUp.kind.in_(KINDS), FollowUp.call_id == Call.call_id)
    from_outside = (Call.direction == "inbound") | Call.call_id.startswith(RETURNED)
    over = (Call.state == "closed", Call.started_at >= now - KEPT)
    return (*over, from_outside, ~talked.exists(), ~known.exists())


def _abandoned(call: Call, visit: Visit) -> Task:
    waited = f"{visit.outcome}, waited {round((visit.wait_ms or 0) / 1000)} s"
    return _task(call, "abandoned", waited, visit=visit.number, queue=visit.queue)


def _rung(call: Call, leg: Leg) -> Task:
    rang = f"{leg.agent or leg.endpoint} rang {round(leg.ring_ms / 1000)} s"
    return _task(call, "missed_call", rang, agent=leg.agent)


def _task(call: Call, kind: Kind, detail: str, **more: Any) -> Task:
    return Task(
        kind=kind,
        key=call.call_id,
        opened_at=call.ended_at or call.started_at,
        call_id=call.call_id,
        number=call.caller,
        detail=detail,
        **more,
    )
