"""What is kept of voicemail messages beside the messages themselves."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Mapped, mapped_column

from schema.base import Base


class MessageMark(Base):
    """What was done with a message: ``message_id`` is that of ``voicemail_messages``."""

    __tablename__ = "message_marks"

    message_id: Mapped[str] = mapped_column(primary_key=True)
    heard_at: Mapped[dt.datetime | None]
    deleted_at: Mapped[dt.datetime | None]
    by: Mapped[str | None]
    """Who did it last: a seat, or a person at the command line."""
    removed_at: Mapped[dt.datetime | None]
    """Its sound is gone from Asterisk's spool."""
