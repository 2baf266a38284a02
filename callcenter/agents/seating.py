"""Agents at their seats: who is logged in where, and the queue members that follow from it.

The database is the truth; the queues of a running Asterisk are brought to agree with it, at once
after a log-in and again after any restart.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from callcenter.agents import states
from callcenter.agents.personal_queues import personal_queues
from callcenter.errors import HotlineError, NotFound
from callcenter.ports import Clock
from callcenter.site import Site
from schema.calls import AgentLogin

_OPEN = select(AgentLogin).where(AgentLogin.ended_at.is_(None))
AGENTS_CONTEXT = "hotline_agents"
PHONE_WAS_GONE = "phone was gone"
NO_REASON = "break"
LOGGED_OUT = "logged out"
MISSED_CALLS = "missed calls"
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
    """Seat an agent of the site at a seat of it. Raises NotFound."""
    if agent not in {known.number for known in site.agents}:
        raise NotFound(f"there is no agent {agent}; see hotline agents list")
    if seat not in {known.name for known in site.seats}:
        some = ", ".join(known.name for known in site.seats[:SEATS_NAMED])
        more = f" and {len(site.seats) - SEATS_NAMED} more" if len(site.seats) > SEATS_NAMED else ""
        raise NotFound(f"there is no seat {seat}; the site has {some}{more}")
    return sit(session, agent, seat, clock)


def sit(session: Session, agent: str, seat: str, clock: Clock) -> AgentLogin:
    """Seat an agent. Whoever sat there, and wherever the agent sat before, is logged out first.

    An agent who sits there already goes on as they are, paused or not.
    """
    at = clock()
    logins = _open(session)
    if same := next((login for login in logins if (login.agent, login.seat) == (agent, seat)), None):
        return same
    for open_login in logins:
        if open_login.agent == agent or open_login.seat == seat:
            _end(session, open_login, at)
    login = AgentLogin(agent=agent, seat=seat, began_at=at, ended_at=None, paused_reason=None)
    session.add(login)
    states.begin(session, login, states.READY, at)
    return login


def log_out(session: Session, agent: str, clock: Clock) -> None:
    """End an agent's log-in. Raises NotFound when there is none."""
    _end(session, seated(session, agent), clock())


def _end(session: Session, login: AgentLogin, at: dt.datetime) -> None:
    login.ended_at = max(at, login.began_at)
    states.close(session, login.agent, at)


def pause(session: Session, agent: str, reason: str, clock: Clock) -> None:
    """Keep an agent from being rung. Raises NotFound when the agent is not logged in."""
    if not reason.strip() or not reason.isprintable():
        raise HotlineError("a pause's reason is one line of text")
    login = seated(session, agent)
    login.paused_reason = reason
    if not states.is_unreachable(session, agent):
        states.begin(session, login, states.PAUSED, clock(), reason=reason)


def known_reason(site: Site, said: str = "") -> str:
    """The pause reason meant by its name or its digit. Raises NotFound, with those there are."""
    if not site.pause_reasons:
        return said or NO_REASON
    found = next((one.name for one in site.pause_reasons if said in (one.name, one.code)), None)
    if found is None:
        names = ", ".join(one.name for one in site.pause_reasons)
        raise NotFound(
            f"{f'there is no pause reason {said}' if said else 'give a reason'}; the site has {names}"
        )
    return found


def unpause(session: Session, agent: str, clock: Clock) -> None:
    """Let an agent be rung again. Raises NotFound when the agent is not logged in."""
    login = seated(session, agent)
    was, login.paused_reason = login.paused_reason, None
    if was is not None and not states.is_unreachable(session, agent):
        states.begin(session, login, states.READY, clock())


def phone_gone(session: Session, site: Site, agent: str, last_seen: dt.datetime) -> str:
    """The agent's phone answers no more: what became of the agent, by the site's wish."""
    login = seated(session, agent)
    if site.presence.phone_gone == "logout":
        _end(session, login, last_seen)
        return LOGGED_OUT
    states.begin(session, login, states.UNREACHABLE, max(last_seen, login.began_at))
    return states.UNREACHABLE


def phone_back(session: Session, site: Site, agent: str, at: dt.datetime) -> str | None:
    """The phone of an unreachable agent is there again: ready or paused. None when they were not unreachable."""
    login = seated(session, agent)
    if not states.is_unreachable(session, agent):
        return None
    if site.presence.phone_back == "paused" and login.paused_reason is None:
        login.paused_reason = PHONE_WAS_GONE
    back = states.PAUSED if login.paused_reason else states.READY
    states.begin(session, login, back, at, reason=login.paused_reason)
    return back


def logged_in(session: Session) -> list[AgentLogin]:
    """Open log-ins, by agent."""
    return sorted(_open(session), key=lambda login: login.agent)


def seats_of(session: Session, agents: Iterable[str], seats: Iterable[str] = ()) -> dict[str, str]:
    """Where these agents sit, and who sits at ``seats``: number → seat, of those who are logged in."""
    wanted = AgentLogin.agent.in_(list(agents)) | AgentLogin.seat.in_(list(seats))
    return {login.agent: login.seat for login in session.scalars(_OPEN.where(wanted))}


def agent_at(session: Session, seat: str) -> str | None:
    """Who is logged in at this seat."""
    query = select(AgentLogin.agent).where(AgentLogin.seat == seat, AgentLogin.ended_at.is_(None))
    return session.scalars(query).one_or_none()


def memberships(
    logins: Iterable[AgentLogin], site: Site, in_wrap_up: Collection[str] = ()
) -> list[Membership]:
    """Every member every queue should have; each agent who may be asked for is the one of their own.

    ``in_wrap_up``: agents whose wrap-up was made longer.
    """
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
            paused_reason=at_seat[agent].paused_reason
            or (states.WRAPUP_REASON if agent in in_wrap_up else None),
        )
        for queue, agent, penalty in served
        if agent in at_seat
    ]


def wanted(session: Session, site: Site, now: dt.datetime) -> list[Membership]:
    """What the queues should hold, by what is known now."""
    return memberships(logged_in(session), site, states.held_wrap_ups(session, now))


def _open(session: Session) -> list[AgentLogin]:
    return list(session.scalars(_OPEN))


def seated(session: Session, agent: str) -> AgentLogin:
    """The agent's open log-in; the database allows one."""
    query = select(AgentLogin).where(AgentLogin.agent == agent, AgentLogin.ended_at.is_(None))
    found = session.scalars(query).one_or_none()
    if found is None:
        raise NotFound(f"agent {agent} is not logged in; see hotline agents list")
    return found
