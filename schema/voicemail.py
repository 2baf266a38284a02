"""What is kept of mailboxes and their messages beside the messages themselves."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Mapped, mapped_column

from schema.base import Base


class MailboxLock(Base):
    """Wrong PINs of a box since its last right one."""

    __tablename__ = "mailbox_locks"

    mailbox: Mapped[str] = mapped_column(primary_key=True)
    failures: Mapped[int]
    failed_at: Mapped[dt.datetime]
    closed_until: Mapped[dt.datetime | None]


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
