"""An agent's time, stretch by stretch: ready, paused, in wrap-up, unreachable. Rows are in ``schema/agents.py``.

A wrap-up that is over needs nobody to say so: its row knows its end, and what follows it is ``ready``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from callcenter.errors import HotlineError, NotFound
from schema.agents import AgentState
from schema.calls import AgentLogin

READY, PAUSED, WRAPUP, UNREACHABLE = "ready", "paused", "wrapup", "unreachable"
WRAPUP_REASON = "wrap-up"
"""The reason app_queue is given while a wrap-up is held longer than the queue's own."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """One state from ``began_at`` to ``ended_at``; None: it goes on."""

    agent: str
    state: str
    reason: str | None
    began_at: dt.datetime
    ended_at: dt.datetime | None
    until: dt.datetime | None = None


def stretches(rows: Iterable[AgentState], now: dt.datetime) -> list[Stretch]:
    """The rows as time went: where a wrap-up has ended by itself, ``ready`` follows."""
    found: list[Stretch] = []
    for row in rows:
        over = row.ended_at is None and row.until is not None and row.until <= now
        end = row.until if over else row.ended_at
        found.append(Stretch(row.agent, row.state, row.reason, row.began_at, end, row.until))
        if over and row.until is not None:
            found.append(Stretch(row.agent, READY, None, row.until, None))
    return found


def begin(
    session: Session,
    login: AgentLogin,
    state: str,
    at: dt.datetime,
    *,
    reason: str | None = None,
    until: dt.datetime | None = None,
    held: bool = False,
) -> None:
    """From ``at`` on the agent is in this state."""
    at = close(session, login.agent, at)
    session.add(
        AgentState(
            agent=login.agent,
            seat=login.seat,
            state=state,
            reason=reason,
            began_at=at,
            until=until,
            held=held,
            ended_at=None,
        )
    )


def close(session: Session, agent: str, at: dt.datetime) -> dt.datetime:
    """End what the agent was in; never before it began. Gives the moment it ended."""
    row = open_state(session, agent)
    if row is None:
        return at
    if row.until is not None and row.until < at:
        row.ended_at = row.until
        ready = AgentState(agent=agent, seat=row.seat, state=READY, reason=None, held=False, until=None)
        ready.began_at, ready.ended_at = row.until, at
        session.add(ready)
        return at
    row.ended_at = max(at, row.began_at)
    return row.ended_at


def open_state(session: Session, agent: str) -> AgentState | None:
    """The row of what the agent is in now; a wrap-up may be over already."""
    query = select(AgentState).where(AgentState.agent == agent, AgentState.ended_at.is_(None))
    return session.scalars(query).one_or_none()


def is_unreachable(session: Session, agent: str) -> bool:
    """Whether the agent's phone is gone."""
    row = open_state(session, agent)
    return row is not None and row.state == UNREACHABLE


def present(session: Session, now: dt.datetime) -> dict[str, Stretch]:
    """What each logged-in agent is in."""
    rows = session.scalars(select(AgentState).where(AgentState.ended_at.is_(None)))
    return {one.agent: one for one in stretches(rows, now) if one.ended_at is None or one.ended_at > now}


def wrap_up(session: Session, login: AgentLogin, at: dt.datetime, seconds: int, held: bool = False) -> bool:
    """A call has ended: the agent writes up. False for one who is paused or unreachable, who stays so."""
    row = open_state(session, login.agent)
    if row is not None and row.state in (PAUSED, UNREACHABLE):
        return False
    begin(session, login, WRAPUP, at, until=at + dt.timedelta(seconds=seconds), held=held)
    return True


def end_wrap_up(session: Session, login: AgentLogin, at: dt.datetime) -> None:
    """The agent is ready before the time. Raises NotFound when there is no wrap-up."""
    _wrapping_up(session, login.agent, at)
    begin(session, login, READY, at)


def extend_wrap_up(session: Session, agent: str, at: dt.datetime, seconds: int) -> dt.datetime:
    """Lengthen the wrap-up; gives its new end. Raises NotFound when there is none."""
    if seconds < 1:
        raise HotlineError("a wrap-up is made longer by a second at least")
    row = _wrapping_up(session, agent, at)
    row.until = (row.until or at) + dt.timedelta(seconds=seconds)
    row.held = True
    return row.until


def held_wrap_ups(session: Session, now: dt.datetime) -> dict[str, dt.datetime]:
    """Wrap-ups that app_queue does not keep by itself, by agent, and their ends."""
    query = select(AgentState).where(AgentState.ended_at.is_(None), AgentState.held, AgentState.until > now)
    return {row.agent: row.until for row in session.scalars(query) if row.until is not None}


def _wrapping_up(session: Session, agent: str, at: dt.datetime) -> AgentState:
    row = open_state(session, agent)
    if row is None or row.state != WRAPUP or row.until is None or row.until <= at:
        raise NotFound(f"agent {agent} is not in wrap-up; see hotline agents list")
    return row
