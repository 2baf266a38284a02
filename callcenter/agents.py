"""Agents at their seats: who is logged in where, and the queue members that follow from it.

The database is the truth; the queues of a running Asterisk are brought to agree with it, at once
after a log-in and again after any restart.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from callcenter.errors import HotlineError, NotFound
from callcenter.personal_queues import personal_queues
from callcenter.ports import Clock
from callcenter.site import Site
from schema.calls import AgentLogin

AGENTS_CONTEXT = "hotline_agents"
SEATS_NAMED = 10
"""In an error message."""


@dataclass(frozen=True, slots=True)
class Membership:
    """One agent in one queue, as app_queue knows it. The interface is the same in every queue."""

    queue: str
    interface: str
    name: str
    state_interface: str
    penalty: int
    paused_reason: str | None


def interface(agent: str, seat: str) -> str:
    """``Local/1001*seat8001@hotline_agents/n``: it names agent and seat, so it needs no look-up to ring."""
    return f"Local/{agent}*{seat}@{AGENTS_CONTEXT}/n"


def log_in(session: Session, site: Site, agent: str, seat: str, clock: Clock) -> AgentLogin:
    """Seat an agent. Whoever sat there, and wherever the agent sat before, is logged out first."""
    if agent not in {known.number for known in site.agents}:
        raise NotFound(f"there is no agent {agent}; see hotline agents list")
    if seat not in {known.name for known in site.seats}:
        some = ", ".join(known.name for known in site.seats[:SEATS_NAMED])
        more = f" and {len(site.seats) - SEATS_NAMED} more" if len(site.seats) > SEATS_NAMED else ""
        raise NotFound(f"there is no seat {seat}; the site has {some}{more}")
    for open_login in _open(session):
        if open_login.agent == agent or open_login.seat == seat:
            open_login.ended_at = clock()
    login = AgentLogin(agent=agent, seat=seat, began_at=clock(), ended_at=None, paused_reason=None)
    session.add(login)
    return login


def log_out(session: Session, agent: str, clock: Clock) -> None:
    """End an agent's log-in. Raises NotFound when there is none."""
    _seated(session, agent).ended_at = clock()


def pause(session: Session, agent: str, reason: str) -> None:
    """Keep an agent from being rung. Raises NotFound when the agent is not logged in."""
    if not reason.strip() or not reason.isprintable():
        raise HotlineError("a pause's reason is one line of text")
    _seated(session, agent).paused_reason = reason


def unpause(session: Session, agent: str) -> None:
    """Let an agent be rung again. Raises NotFound when the agent is not logged in."""
    _seated(session, agent).paused_reason = None


def logged_in(session: Session) -> list[AgentLogin]:
    """Open log-ins, by agent."""
    return sorted(_open(session), key=lambda login: login.agent)


def memberships(logins: Iterable[AgentLogin], site: Site) -> list[Membership]:
    """Every member every queue should have; each agent who may be asked for is the one of their own."""
    at_seat = {login.agent: login for login in logins}
    served = [(queue.name, member.agent, member.penalty) for queue in site.queues for member in queue.members]
    served += [(queue.name, queue.agent, 0) for queue in personal_queues(site)]
    return [
        Membership(
            queue=queue,
            interface=interface(agent, at_seat[agent].seat),
            name=agent,
            state_interface=f"PJSIP/{at_seat[agent].seat}",
            penalty=penalty,
            paused_reason=at_seat[agent].paused_reason,
        )
        for queue, agent, penalty in served
        if agent in at_seat
    ]


def _open(session: Session) -> list[AgentLogin]:
    return list(session.scalars(select(AgentLogin).where(AgentLogin.ended_at.is_(None))))


def _seated(session: Session, agent: str) -> AgentLogin:
    """The agent's open log-in; the database allows one."""
    found = next((login for login in _open(session) if login.agent == agent), None)
    if found is None:
        raise NotFound(f"agent {agent} is not logged in; see hotline agents list")
    return found
