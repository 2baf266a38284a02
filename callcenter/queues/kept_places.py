"""The rows of kept places: made of call-back requests, tried, done, cancelled.

A request for a queue with ``call_back`` becomes a place. A try is written down before the phone rings, so that no
restart of anything makes one too many.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from callcenter.errors import HotlineError, NotFound
from callcenter.flow.place import Place as FlowPlace
from callcenter.queues.live import Caller
from callcenter.queues.virtual_hold import Place, returned_id
from callcenter.routing import outgoing
from callcenter.routing.toll_fraud import back
from callcenter.site import Site
from callcenter.site.waiting import CallBack
from schema.calls import ASKS, CallbackRequest, Step, Visit
from schema.waiting import KeptPlace

OPEN = ("waiting", "ringing")
_NOT_OVER = select(KeptPlace).where(KeptPlace.ended_at.is_(None))
SETTLES = dt.timedelta(seconds=60)
"""Beyond the ringing: a customer who has confirmed is in the queue by then."""


@dataclass(frozen=True, slots=True)
class Try:
    """One call to a customer. ``cursor`` and ``version``: the flow's step that the caller waited in."""

    place: int
    channel_id: str
    queue: str
    number: str
    language: str
    flow: str
    cursor: str
    version: str


def adopt(session: Session, site: Site, left: Mapping[str, Caller], now: dt.datetime) -> int:
    """Make places of requests that have none. ``left``: who left a queue lately, by channel."""
    offering = [queue.name for queue in site.queues if queue.call_back]
    known = select(KeptPlace.id).where(
        KeptPlace.call_id == CallbackRequest.call_id, KeptPlace.asked_at == CallbackRequest.asked_at
    )
    wanted = select(CallbackRequest).where(ASKS, CallbackRequest.queue.in_(offering), ~known.exists())
    found = list(session.scalars(wanted)) if offering else []
    for request in found:
        caller = left.get(request.call_id)
        session.add(
            KeptPlace(
                call_id=request.call_id,
                asked_at=request.asked_at,
                queue=request.queue,
                number=request.number,
                joined_at=_joined_at(session, request, caller),
                priority=caller.priority if caller else 0,
                language=caller.language if caller else None,
                state="waiting",
                tries=0,
                next_at=now,
            )
        )
    return len(found)


def _joined_at(session: Session, request: CallbackRequest, caller: Caller | None) -> dt.datetime:
    """When the caller joined the queue first; who never was in it stands behind all who are."""
    if caller is not None:
        return caller.since
    visits = select(Visit.joined_at).where(
        Visit.call_id == request.call_id, Visit.queue == request.queue, Visit.joined_at <= request.asked_at
    )
    return session.scalar(visits.order_by(Visit.joined_at.desc())) or request.asked_at


def open_places(session: Session) -> dict[str, list[Place]]:
    """The places not yet served, by queue."""
    found: dict[str, list[Place]] = {}
    for row in session.scalars(_NOT_OVER.where(KeptPlace.state.in_(OPEN))):
        place = Place(row.id, row.queue, row.joined_at, row.priority, row.state == "ringing", row.next_at)
        found.setdefault(row.queue, []).append(place)
    return found


def begin(session: Session, site: Site, place_id: int, now: dt.datetime) -> Try | None:
    """Write down that the customer is rung; None when the place is no longer to be served."""
    row = session.get(KeptPlace, place_id, with_for_update=True)
    if row is None or row.state != "waiting":
        return None
    if why := back(site, row.number):
        _end(session, row, "failed", now)
        outgoing.refuse(session, row.call_id, "hotline", why, now)
        return None
    row.tries += 1
    row.state, row.next_at = "ringing", now
    row.back_call_id = returned_id(row.id, row.tries)
    language = row.language or site.languages[0]
    step = session.scalar(
        select(Step)
        .where(Step.call_id == row.call_id, Step.kind == "queue", Step.at <= row.asked_at)
        .order_by(Step.at.desc(), Step.number.desc())
    )
    where = FlowPlace(step.flow, step.step, language, priority=row.priority) if step else None
    return Try(
        row.id,
        row.back_call_id,
        row.queue,
        row.number,
        language,
        step.flow if step else "",
        where.cursor if where else "",
        str(step.version) if step else "",
    )


def joined(session: Session, place_id: int, now: dt.datetime) -> None:
    """The customer has confirmed and is in the queue: the place is served."""
    _end(session, session.get(KeptPlace, place_id), "done", now)


def missed(session: Session, rules: Mapping[str, CallBack], place_id: int, now: dt.datetime) -> str:
    """The customer was not reached, or did not confirm: once more later, unless it was the last try."""
    row = session.get(KeptPlace, place_id)
    if row is None or row.state != "ringing":
        return row.state if row else "gone"
    rule = rules.get(row.queue)
    if rule is None or row.tries >= rule.attempts:
        _end(session, row, "failed", now)
    else:
        row.state, row.next_at = "waiting", now + dt.timedelta(seconds=rule.pause_seconds)
    return row.state


def settle(session: Session, rules: Mapping[str, CallBack], now: dt.datetime) -> int:
    """Tries of which no end was seen, for the listener or Asterisk was away: the visits know how they ended."""
    settled = 0
    for row in session.scalars(_NOT_OVER.where(KeptPlace.state == "ringing")).all():
        rule = rules.get(row.queue)
        ring = dt.timedelta(seconds=rule.ring_seconds if rule else 0)
        if now - row.next_at < ring + SETTLES:
            continue
        settled += 1
        if session.scalar(select(Visit.call_id).where(Visit.call_id == row.back_call_id)):
            _end(session, row, "done", now)
        else:
            missed(session, rules, row.id, now)
    return settled


def cancel(session: Session, place_id: int, now: dt.datetime) -> KeptPlace:
    """Give a place up. Raises NotFound, and HotlineError when it is served or over."""
    row = session.get(KeptPlace, place_id)
    if row is None:
        raise NotFound(f"there is no kept place {place_id}; see hotline callbacks list")
    if row.state not in OPEN:
        raise HotlineError(f"kept place {place_id} is {row.state} already")
    _end(session, row, "cancelled", now)
    return row


def _end(session: Session, row: KeptPlace | None, state: str, now: dt.datetime) -> None:
    if row is None or row.state not in OPEN:
        return
    row.state, row.ended_at = state, now
    request = session.scalar(
        select(CallbackRequest).where(
            CallbackRequest.call_id == row.call_id, CallbackRequest.asked_at == row.asked_at
        )
    )
    if request is not None:
        request.state = state
