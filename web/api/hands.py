"""What is done to a call that is up: passed on, joined by a third, sent to the survey, supervised."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends

from callcenter.audit import Actor
from web.api.gate import Needs
from web.api.program import Program
from web.api.shapes import Done
from web.api.words import Asked, ByAgent, CallId, Supervision, Third, Transfer

router = APIRouter(prefix="/calls/{call_id}", tags=["calls in hand"])
Hand = Annotated[Actor, Depends(Needs("calls"))]
Supervisor = Annotated[Actor, Depends(Needs("supervise"))]


@router.post("/transfer")
async def transfer(app: Program, call_id: CallId, wish: Transfer, by: Hand) -> Done:
    """Pass a call on. Nobody takes it: it comes back to the agent. Attended: the agent speaks with them first."""
    calls = app.desks().calls
    seat = await calls.transfer(by, call_id, wish.number, attended=wish.attended, agent=wish.from_)
    return Done(call_id=call_id, done="consult" if wish.attended else "transfer", seat=seat, to=wish.number)


@router.post("/transfer/complete")
async def complete(app: Program, call_id: CallId, by: Hand, wish: ByAgent | None = None) -> Done:
    """Hand the call to whom the agent speaks with."""
    seat = await app.desks().calls.complete(by, call_id, wish.from_ if wish else None)
    return Done(call_id=call_id, done="complete", seat=seat)


@router.post("/transfer/cancel")
async def cancel(app: Program, call_id: CallId, by: Hand, wish: ByAgent | None = None) -> Done:
    """Back to the caller instead."""
    seat = await app.desks().calls.cancel(by, call_id, wish.from_ if wish else None)
    return Done(call_id=call_id, done="cancel", seat=seat)


@router.post("/participants")
async def add(app: Program, call_id: CallId, wish: Third, by: Hand) -> Done:
    """Make it a talk of three; answers when the third has joined, within 35 s."""
    calls = app.desks().calls
    third = await calls.add(by, call_id, number=wish.number, colleague=wish.agent, agent=wish.from_)
    return Done(call_id=call_id, done="add", to=third)


@router.post("/survey")
async def survey(app: Program, call_id: CallId, by: Hand, wish: Asked | None = None) -> Done:
    """Send the caller to the survey: the agent is out, the caller is asked."""
    asked = await app.desks().calls.survey(by, call_id, wish.survey if wish else None)
    return Done(call_id=call_id, done="survey", to=asked or None)


@router.post("/supervision")
async def supervise(app: Program, call_id: CallId, wish: Supervision, by: Supervisor) -> Done:
    """Listen, whisper, barge in, disconnect, take over, pick up; answers when it is so, within 35 s."""
    await app.desks().calls.supervise(by, wish.deed, call_id, wish.supervisor, wish.agent)
    return Done(call_id=call_id, done=wish.deed)
