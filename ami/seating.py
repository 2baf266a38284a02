"""Who sat where, and when: the log-ins in memory, so that a leg at a seat is credited to its agent.

The journey asks at every record it makes and can't wait for a database; what is known here is at most as old
as the last write of calls.
"""

from __future__ import annotations

import datetime as dt

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from schema.calls import AgentLogin

REFRESH = dt.timedelta(seconds=1)
KEPT = dt.timedelta(days=1)
"""Log-ins that ended longer ago are forgotten: no call that began then is still told."""


class Seating:
    """``agent_at`` is for ``callcenter.journey.Endpoints``; ``refresh`` blocks."""

    def __init__(self) -> None:
        self._logins: dict[int, AgentLogin] = {}
        self._by_seat: dict[str, list[AgentLogin]] = {}
        self._read_at: dt.datetime | None = None

    def agent_at(self, seat: str, at: dt.datetime) -> str | None:
        """The agent who was logged in at the seat at this moment."""
        for login in reversed(self._by_seat.get(seat, ())):
            if login.began_at <= at and (login.ended_at is None or at < login.ended_at):
                return login.agent
        return None

    def refresh(self, session: Session, now: dt.datetime) -> None:
        """Read what has changed since the last time, once a second at most."""
        if self._read_at is not None and now - self._read_at < REFRESH:
            return
        since = now - KEPT if self._read_at is None else self._read_at - 5 * REFRESH
        known = {number: login for number, login in self._logins.items() if _still_told(login, now)}
        changed = or_(AgentLogin.ended_at.is_(None), AgentLogin.ended_at > since)
        for login in session.scalars(select(AgentLogin).where(changed)):
            session.expunge(login)
            known[login.id] = login
        by_seat: dict[str, list[AgentLogin]] = {}
        for login in sorted(known.values(), key=lambda login: (login.began_at, login.id)):
            by_seat.setdefault(login.seat, []).append(login)
        self._logins, self._by_seat, self._read_at = known, by_seat, now


def _still_told(login: AgentLogin, now: dt.datetime) -> bool:
    return login.ended_at is None or now - login.ended_at < KEPT
