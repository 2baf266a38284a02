"""Places in queues that callers keep after they have hung up."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from schema.base import Base, index_where, one_of


class KeptPlace(Base):
    """One place kept. The call it was kept in is ``call_id``, the last one that rang the customer ``back_call_id``."""

    __tablename__ = "kept_places"
    __table_args__ = (
        UniqueConstraint("call_id", "asked_at"),
        one_of("state", "waiting", "ringing", "done", "failed", "cancelled"),
        index_where("ix_kept_places_open", "ended_at IS NULL", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[str]
    asked_at: Mapped[dt.datetime]
    queue: Mapped[str] = mapped_column(index=True)
    number: Mapped[str]
    joined_at: Mapped[dt.datetime]
    """When the caller first joined the queue: the place in it."""
    priority: Mapped[int]
    language: Mapped[str | None]
    state: Mapped[str]
    """waiting, ringing (the customer's phone), done (joined the queue again), failed or cancelled."""
    tries: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[dt.datetime]
    """Not to be rung before; while it rings, when this try began."""
    back_call_id: Mapped[str | None] = mapped_column(index=True)
    ended_at: Mapped[dt.datetime | None]
