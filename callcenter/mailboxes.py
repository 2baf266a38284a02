"""Mailboxes over a session: who may enter, what is in them, what becomes of a message."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from callcenter.errors import HotlineError, NotFound
from callcenter.mailbox_pins import closed_until
from schema.calls import VoicemailMessage
from schema.voicemail import MailboxLock, MessageMark


class Closed(HotlineError):
    """Too many wrong PINs: nobody may enter for a while, with whatever PIN."""


class Message(NamedTuple):
    """A message and whether it was heard."""

    row: VoicemailMessage
    heard_at: dt.datetime | None


def check_open(session: Session, mailbox: str, at: dt.datetime) -> None:
    """Raises Closed."""
    lock = session.get(MailboxLock, mailbox)
    if lock and lock.closed_until and at < lock.closed_until:
        raise Closed(f"box {mailbox} is closed after {lock.failures} wrong PINs until {lock.closed_until}")


def wrong_pin(session: Session, mailbox: str, at: dt.datetime) -> None:
    """Count a wrong PIN; close the box when it was one too many."""
    lock = session.get(MailboxLock, mailbox, with_for_update=True)
    if lock is None:
        lock = MailboxLock(mailbox=mailbox, failures=0, failed_at=at, closed_until=None)
        session.add(lock)
    lock.failures, lock.failed_at = lock.failures + 1, at
    lock.closed_until = closed_until(lock.failures, at) or lock.closed_until


def unlock(session: Session, mailbox: str) -> bool:
    """Forget wrong PINs: the right one was typed, or a supervisor says so. Whether there were any."""
    lock = session.get(MailboxLock, mailbox)
    if lock is None:
        return False
    session.delete(lock)
    return True


def messages(session: Session, mailbox: str | None = None, most: int = 100) -> list[Message]:
    """Messages that are not deleted: the unheard first, the oldest of them first."""
    wanted = (
        select(VoicemailMessage, MessageMark.heard_at)
        .outerjoin(MessageMark, MessageMark.message_id == VoicemailMessage.message_id)
        .where(MessageMark.deleted_at.is_(None))
        .order_by(VoicemailMessage.left_at.desc())
        .limit(most)
    )
    if mailbox is not None:
        wanted = wanted.where(VoicemailMessage.mailbox == mailbox)
    found = [Message(row, heard_at) for row, heard_at in session.execute(wanted)]
    return sorted(found, key=lambda message: (message.heard_at is not None, message.row.left_at))


def find(session: Session, number: int) -> VoicemailMessage:
    """A message by its row's number. Raises NotFound."""
    row = session.get(VoicemailMessage, number)
    mark = session.get(MessageMark, row.message_id) if row else None
    if row is None or (mark and mark.deleted_at):
        raise NotFound(f"there is no message {number}; see hotline voicemail list")
    return row


def heard(session: Session, message_id: str, by: str, at: dt.datetime) -> None:
    """Somebody listened to it; the first time counts."""
    mark = _mark(session, message_id, by)
    mark.heard_at = mark.heard_at or at


def delete(session: Session, message_id: str, by: str, at: dt.datetime) -> None:
    """Nobody hears it any more; the listener takes it out of Asterisk's spool."""
    mark = _mark(session, message_id, by)
    mark.deleted_at = mark.deleted_at or at


def to_remove(session: Session) -> Sequence[tuple[VoicemailMessage, MessageMark]]:
    """Deleted messages whose sound is still in the spool."""
    wanted = (
        select(VoicemailMessage, MessageMark)
        .join(MessageMark, MessageMark.message_id == VoicemailMessage.message_id)
        .where(MessageMark.deleted_at.is_not(None), MessageMark.removed_at.is_(None))
    )
    return [(row, mark) for row, mark in session.execute(wanted)]


def _mark(session: Session, message_id: str, by: str) -> MessageMark:
    mark = session.get(MessageMark, message_id)
    if mark is None:
        mark = MessageMark(message_id=message_id)
        session.add(mark)
    mark.by = by
    return mark
