"""Returned calls: the call in which a place was kept, and those in which its customer was rung.

A returned call is ``outbound``, for we rang; its caller is the customer all the same, and its number the one they
had dialled, so that it is found, and counted, where the customer is.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from callcenter.queues.virtual_hold import place_of, returned_id
from schema.calls import Call
from schema.waiting import KeptPlace


def name_customers(session: Session, call_ids: Iterable[str]) -> None:
    """Put the customer into the rows of those calls that are returned ones."""
    mine = {call_id: place for call_id in call_ids if (place := place_of(call_id)) is not None}
    if not mine:
        return
    wanted = (
        select(KeptPlace.id, KeptPlace.number, Call.did)
        .outerjoin(Call, Call.call_id == KeptPlace.call_id)
        .where(KeptPlace.id.in_(mine.values()))
    )
    customers = {place: {"caller": number, "did": did} for place, number, did in session.execute(wanted)}
    for call_id, place in mine.items():
        values = customers.get(place, {}) | {"direction": "outbound"}
        session.execute(update(Call).where(Call.call_id == call_id).values(values))


def places_of(session: Session, call_id: str) -> list[KeptPlace]:
    """The places kept in this call, or the one it was placed for."""
    where = KeptPlace.id == (place_of(call_id) or 0)
    wanted = select(KeptPlace).where(where | (KeptPlace.call_id == call_id))
    return list(session.scalars(wanted.order_by(KeptPlace.asked_at)))


def calls_for(session: Session, places: Iterable[KeptPlace]) -> list[Call]:
    """The calls in which the customers of these places were rung, in order."""
    ids = [returned_id(place.id, number) for place in places for number in range(1, place.tries + 1)]
    return list(session.scalars(select(Call).where(Call.call_id.in_(ids)).order_by(Call.started_at)))
