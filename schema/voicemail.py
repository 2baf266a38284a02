"""What is kept of voicemail messages beside the messages themselves."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Mapped, mapped_column

from schema.base import Base, index_where


class MessageMark(Base):
    """What was done with a message: ``message_id`` is that of ``voicemail_messages``."""

    __tablename__ = "message_marks"
    __table_args__ = (
        index_where(
            "ix_message_marks_to_move",
            "heard_at IS NOT NULL AND deleted_at IS NULL AND moved_at IS NULL",
            "message_id",
        ),
        index_where(
            "ix_message_marks_to_remove", "deleted_at IS NOT NULL AND removed_at IS NULL", "message_id"
        ),
    )

    message_id: Mapped[str] = mapped_column(primary_key=True)
    heard_at: Mapped[dt.datetime | None]
    moved_at: Mapped[dt.datetime | None]
    """It was heard, and is among Asterisk's old ones."""
    deleted_at: Mapped[dt.datetime | None]
    by: Mapped[str | None]
    """Who did it last: a seat, or a person at the command line."""
    removed_at: Mapped[dt.datetime | None]
    """Its sound is gone from Asterisk's spool."""
