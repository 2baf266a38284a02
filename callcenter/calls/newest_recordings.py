"""The newest recordings, of a call or an agent."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from schema.calls import Recording


def newest(
    session: Session, most: int, call_id: str | None = None, agent: str | None = None
) -> Sequence[Recording]:
    """Their rows."""
    wanted = select(Recording).order_by(Recording.started_at.desc(), Recording.id.desc()).limit(most)
    for column, value in ((Recording.call_id, call_id), (Recording.agent, agent)):
        wanted = wanted if value is None else wanted.where(column == value)
    return session.scalars(wanted).all()
