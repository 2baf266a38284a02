"""Recordings: which there are, and pauses of those that are being made."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends

from callcenter.audit import Actor
from callcenter.calls.newest_recordings import newest
from callcenter.calls.page import columns
from web.api import shapes
from web.api.gate import Needs
from web.api.program import Program
from web.api.words import AgentRef, CallRef, Limit, Subject

router = APIRouter(tags=["recordings"])
Recorder = Annotated[Actor, Depends(Needs("recordings"))]


@router.get("/recordings", response_model=shapes.RECORDINGS, dependencies=[Depends(Needs("read"))])
def list_recordings(
    app: Program, call: CallRef = None, agent: AgentRef = None, limit: Limit = 50
) -> list[dict[str, Any]]:
    """The newest recordings, of a call or an agent."""
    with app.sessions(read_only=True)() as session:
        return [columns(row) for row in newest(session, limit, call, agent)]


@router.post("/calls/{subject}/recording/pause")
async def pause(app: Program, subject: Subject, by: Recorder) -> list[shapes.Talk]:
    """Keep what is said now, a card's number, out of the recording: silence is written."""
    found = await app.desks().recordings.pause(by, subject)
    return [shapes.Talk(call_id=talk.call_id, agent=talk.agent) for talk in found]


@router.post("/calls/{subject}/recording/resume")
async def resume(app: Program, subject: Subject, by: Recorder) -> list[shapes.Talk]:
    """Go on recording."""
    found = await app.desks().recordings.resume(by, subject)
    return [shapes.Talk(call_id=talk.call_id, agent=talk.agent) for talk in found]
