"""What callers said in a survey besides the score, the notices people get by mail, and the links callers get."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ColumnElement, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from schema.base import Base, index_where, is_one_of, one_of


class SurveyReply(Base):
    """The answer to one question of a survey that is not its score; ``at`` is the survey's own moment."""

    __tablename__ = "survey_replies"
    __table_args__ = (UniqueConstraint("call_id", "at", "question"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[str]
    at: Mapped[dt.datetime]
    """As in ``survey_answers``."""
    survey: Mapped[str]
    question: Mapped[str]
    """The question's name; ``why`` for the one that follows a 3 or 4."""
    answer: Mapped[str | None]
    """The key pressed, or the reason's name."""
    message: Mapped[str | None]
    """What the caller spoke, as a file below the spool."""
    words: Mapped[str | None]
    """What the caller wrote on the page of a link, one line."""


UNSENT = "state IN ('waiting', 'sending')"


class Outgoing:
    """The columns of what is sent once, and again with growing pauses while the other side is away."""

    id: Mapped[int] = mapped_column(primary_key=True)
    state: Mapped[str] = mapped_column(default="waiting")
    """waiting, sending, sent or given_up. Found at ``sending`` after a crash: sent once more, no third time."""
    tries: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[dt.datetime]
    """When it is to be sent; while it is on its way, when that was last known."""
    error: Mapped[str | None]
    """What the other side said the last time it would not."""


class Notice(Outgoing, Base):
    """A mail about a follow-up."""

    __tablename__ = "notices"
    __table_args__ = (
        UniqueConstraint("kind", "key", "address"),
        one_of("state", "waiting", "sending", "sent", "given_up"),
        index_where("ix_notices_unsent", UNSENT, "state", "due_at"),
    )

    kind: Mapped[str]
    key: Mapped[str]
    """Kind and key of the follow-up (``schema.follow_ups.FollowUp``) it tells of."""
    address: Mapped[str]
    attachment: Mapped[str | None]
    """A file below the spool."""
    mailed_at: Mapped[dt.datetime | None]


class Invitation(Outgoing, Base):
    """A link to a survey's page for the caller of one answered visit, sent to their mobile phone."""

    __tablename__ = "invitations"
    __table_args__ = (
        UniqueConstraint("token"),
        UniqueConstraint("call_id", "visit"),
        one_of("state", "waiting", "sending", "sent", "given_up", "answered", "expired"),
        index_where("ix_invitations_unsent", UNSENT, "state", "due_at"),
        index_where("ix_invitations_usable", "state IN ('waiting', 'sent')", "expires_at"),
        Index("ix_invitations_number_created_at", "number", "created_at"),
    )

    token: Mapped[str]
    """Who knows it may answer, once: 128 random bits."""
    call_id: Mapped[str]
    visit: Mapped[int]
    survey: Mapped[str]
    number: Mapped[str]
    language: Mapped[str]
    created_at: Mapped[dt.datetime]
    sent_at: Mapped[dt.datetime | None]
    answered_at: Mapped[dt.datetime | None]
    expires_at: Mapped[dt.datetime]


IS_USABLE = is_one_of(Invitation.state, "waiting", "sent")
"""As ``ix_invitations_usable`` has it."""


def is_unsent(table: type[Notice] | type[Invitation]) -> ColumnElement[bool]:
    """As the table's index of what is still to be sent has it."""
    return is_one_of(table.state, "waiting", "sending")
