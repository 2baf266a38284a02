"""What became of a call that was begun by a click, as far as its rows know."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from schema.calls import Call, Leg

ANSWERED = "answered"
WORDS = {
    16: "not answered",
    17: "busy",
    18: "not answered",
    19: "not answered",
    21: "busy: the call was refused",
}
"""By the Q.850 cause of the leg that rang the customer."""


def became(session: Session, call_id: str) -> str | None:
    """``answered``, else why not once the call is over; None while that is open."""
    legs = list(session.scalars(select(Leg).where(Leg.call_id == call_id).order_by(Leg.started_at)))
    rung = [leg for leg in legs if leg.kind in ("outside", "seat", "agent")]
    if any(leg.answered_at for leg in rung):
        return ANSWERED
    call = session.get(Call, call_id)
    if call is None or call.state != "closed":
        return None
    if not any(leg.answered_at for leg in legs):
        return "not dialled: the agent's phone was not answered"
    if not rung:
        return "not dialled; see hotline calls show"
    return WORDS.get(rung[-1].cause or 0, "not reached")
