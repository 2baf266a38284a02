"""Agents and queues: how they are now, and who is to be sent calls."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends

from callcenter.agents.roster import roster
from callcenter.audit import Actor
from callcenter.ports import AgentDeed
from web.api import shapes
from web.api.gate import Needs
from web.api.program import Program
from web.api.words import AgentNumber, Pause, Seat

router = APIRouter(tags=["agents and queues"])
read = Needs("read")
Keeper = Annotated[Actor, Depends(Needs("agents"))]


@router.get("/queues", response_model=list[shapes.Queue], dependencies=[Depends(read)])
async def list_queues(app: Program) -> list[dict[str, Any]]:
    """Every queue with its members and waiting callers, as Asterisk has them now."""
    return await app.desks().queues()


@router.get("/agents", response_model=list[shapes.Agent], dependencies=[Depends(read)])
def list_agents(app: Program) -> list[dict[str, Any]]:
    """Every agent: the seat and the state of those logged in."""
    with app.sessions(read_only=True)() as session:
        return roster(session, app.site(), app.clock())


@router.post("/agents/{agent}/login")
async def log_in(app: Program, agent: AgentNumber, wish: Seat, by: Keeper) -> shapes.AgentDone:
    """Seat an agent and put them into their queues."""
    return _told(agent, await app.desks().agents.log_in(by, agent, wish.seat))


@router.post("/agents/{agent}/logout")
async def log_out(app: Program, agent: AgentNumber, by: Keeper) -> shapes.AgentDone:
    """Take an agent out of their queues."""
    return _told(agent, await app.desks().agents.log_out(by, agent))


@router.post("/agents/{agent}/pause")
async def pause(app: Program, agent: AgentNumber, by: Keeper, wish: Pause | None = None) -> shapes.AgentDone:
    """Send an agent no calls for a while."""
    return _told(agent, await app.desks().agents.pause(by, agent, wish.reason if wish else ""))


@router.post("/agents/{agent}/unpause")
async def unpause(app: Program, agent: AgentNumber, by: Keeper) -> shapes.AgentDone:
    """Send a paused agent calls again."""
    return _told(agent, await app.desks().agents.unpause(by, agent))


def _told(agent: str, deed: AgentDeed) -> shapes.AgentDone:
    return shapes.AgentDone(agent=agent, said=deed.said, memberships_changed=deed.changes)
