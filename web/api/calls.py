"""Calls: what is known of them, and one that begins by a click. Routes that only read the database run in threads."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends

from callcenter.audit import Actor
from callcenter.calls.clicked import became
from callcenter.calls.newest import newest
from callcenter.calls.page import columns, read_page
from web.api import shapes
from web.api.gate import Needs
from web.api.program import Program
from web.api.words import CallId, CallRef, Dial, Limit

router = APIRouter(prefix="/calls", tags=["calls"])
read, dial = Needs("read"), Needs("dial")
STATES = {"up": "open", "closed": "closed", None: None}


@router.get("", response_model=shapes.CALLS, dependencies=[Depends(read)])
def list_calls(
    app: Program, state: Literal["up", "closed"] | None = None, limit: Limit = 50, before: CallRef = None
) -> list[dict[str, Any]]:
    """The newest calls; before: those that began before this call, for the next page."""
    with app.sessions(read_only=True)() as session:
        found = newest(session, limit, state=STATES[state], before=before)
        return [columns(call) for call in found]


@router.get("/{call_id}", response_model=shapes.CallWhole, dependencies=[Depends(read)])
def show_call(app: Program, call_id: CallId) -> dict[str, Any]:
    """The journey of one call: routing and its reasons, steps, waits, legs, recordings, scores."""
    with app.sessions(read_only=True)() as session:
        return read_page(session, call_id).as_dict()


@router.post("", status_code=202)
async def dial_number(app: Program, wish: Dial, by: Annotated[Actor, Depends(dial)]) -> shapes.Begun:
    """Click-to-dial: the agent's phone rings, and when they answer the number is called by their rights."""
    return shapes.Begun(call_id=await app.desks().calls.dial(by, wish.agent, wish.number))


@router.get("/{call_id}/dialled", dependencies=[Depends(read)])
def came_to(app: Program, call_id: CallId) -> shapes.CameTo:
    """What became of a call that was begun by a click."""
    with app.sessions(read_only=True)() as session:
        return shapes.CameTo(call_id=call_id, result=became(session, call_id))
