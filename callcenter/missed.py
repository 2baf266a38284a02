"""Missed calls: who came to a queue and left without having spoken with anybody. Each is a task, once a call.

A customer who was called back and then gave up waiting is one too.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from callcenter.errors import NotFound
from callcenter.follow_ups import Task, find, open_tasks
from callcenter.queues.virtual_hold import RETURNED
from schema.calls import Call, Leg, Visit
from schema.follow_ups import FollowUp

KEPT = dt.timedelta(days=7)
"""Whoever called longer ago is not looked for any more; a task that is open stays."""
LEFT = ("abandoned", "timeout", "full", "nobody", "lost")
"""Outcomes of a visit that nobody served; a caller who left by key chose another way."""


def open_missed(session: Session, now: dt.datetime) -> int:
    """Open a task for every missed call that has none yet; gives how many were new."""
    answered = aliased(Visit)
    served = select(answered.number).where(answered.call_id == Call.call_id, answered.outcome == "answered")
    talked = select(Leg.uniqueid).where(Leg.call_id == Call.call_id, Leg.kind != "caller", Leg.talk_ms > 0)
    known = select(FollowUp.id).where(FollowUp.kind == "abandoned", FollowUp.call_id == Call.call_id)
    rows = session.execute(
        select(Call, Visit)
        .join(Visit, Visit.call_id == Call.call_id)
        .where(Call.state == "closed", Call.started_at >= now - KEPT)
        .where((Call.direction == "inbound") | Call.call_id.startswith(RETURNED))
        .where(Visit.outcome.in_(LEFT), ~served.exists(), ~talked.exists(), ~known.exists())
        .order_by(Call.call_id, Visit.number)
    )
    last = {call.call_id: _task(call, visit) for call, visit in rows}
    return open_tasks(session, list(last.values()))


def missed(session: Session, states: Sequence[str], most: int) -> list[FollowUp]:
    """The tasks; who waits longest stands on top."""
    return find(session, states=states, kind="abandoned", most=most)


def of_call(session: Session, call_id: str) -> FollowUp:
    """The task of a call. Raises NotFound."""
    wanted = select(FollowUp).where(FollowUp.kind == "abandoned", FollowUp.call_id == call_id)
    found = session.scalars(wanted).first()
    if found is None:
        raise NotFound(f"call {call_id} is not a missed one; see hotline calls missed list")
    return found


def _task(call: Call, visit: Visit) -> Task:
    """Of several queues, the last counts."""
    waited = f"{visit.outcome}, waited {round((visit.wait_ms or 0) / 1000)} s"
    return Task(
        kind="abandoned",
        key=call.call_id,
        opened_at=call.ended_at or call.started_at,
        call_id=call.call_id,
        visit=visit.number,
        queue=visit.queue,
        number=call.caller,
        detail=waited,
    )
