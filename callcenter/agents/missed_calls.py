"""Calls an agent let ring, in a row, over all queues: kept in rows, so that they outlive the listener."""

from __future__ import annotations

from sqlalchemy import delete
from sqlalchemy.orm import Session

from schema.missed_in_a_row import MissedInARow


def missed(session: Session, agent: str, most: int) -> bool:
    """One more. True when it is ``most`` in a row, and the next begins anew; 0 is never."""
    row = session.get(MissedInARow, agent)
    if row is None:
        row = MissedInARow(agent=agent, missed=0)
        session.add(row)
        session.flush()
    row.missed += 1
    if not most or row.missed < most:
        return False
    session.delete(row)
    return True


def has_missed(session: Session, agent: str) -> bool:
    """Whether ``forget`` has anything to do."""
    return session.get(MissedInARow, agent) is not None


def forget(session: Session, agent: str) -> None:
    """The agent has answered."""
    session.execute(delete(MissedInARow).where(MissedInARow.agent == agent))
