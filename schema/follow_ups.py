"""What somebody still has to do: a bad score, a call nobody took, a message, a call-back, a hint at toll fraud."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from schema.base import Base, one_of

KINDS = ("bad_score", "missed_call", "abandoned", "voicemail", "callback", "toll_fraud")
STATES = ("open", "taken", "done")


class FollowUp(Base):
    """One task. ``kind`` and ``key`` say what it is about, so that telling of it twice opens it once."""

    __tablename__ = "follow_ups"
    __table_args__ = (
        UniqueConstraint("kind", "key"),
        one_of("kind", *KINDS),
        one_of("state", *STATES),
        Index("ix_follow_ups_state_opened_at", "state", "opened_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    """bad_score, missed_call, abandoned, voicemail, callback or toll_fraud."""
    key: Mapped[str]
    """Of its kind: the call's id and what of it, as ``CALL/2`` for its second visit, or a message's id."""
    call_id: Mapped[str | None] = mapped_column(index=True)
    visit: Mapped[int | None]
    queue: Mapped[str | None] = mapped_column(index=True)
    agent: Mapped[str | None] = mapped_column(index=True)
    """Whom it is about."""
    number: Mapped[str | None] = mapped_column(index=True)
    """Whom to call."""
    detail: Mapped[str | None]
    """What else is known, as the score and its reason, or the mailbox."""
    opened_at: Mapped[dt.datetime]
    state: Mapped[str] = mapped_column(default="open")
    """open, taken or done."""
    taken_by: Mapped[str | None]
    """The agent or supervisor who has it."""
    taken_at: Mapped[dt.datetime | None]
    closed_at: Mapped[dt.datetime | None]
    result: Mapped[str | None]
