"""Mailboxes over a session: who may enter, what is in them, what becomes of a message."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from callcenter.errors import NotFound
from schema.calls import VoicemailMessage
from schema.config import Audit
from schema.voicemail import MessageMark


class Message(NamedTuple):
    """A message and whether it was heard."""

    row: VoicemailMessage
    heard_at: dt.datetime | None


def pin_name(mailbox: str) -> str:
    """What its PIN is called among the secrets, and its wrong PINs in ``callcenter/agents/pins.py``."""
    return f"mailbox/{mailbox}"


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
    """Nobody hears it any more; the worker takes it out of Asterisk's spool."""
    mark = _mark(session, message_id, by)
    mark.deleted_at = mark.deleted_at or at


def pin_changed(session: Session, mailbox: str, by: str, at: dt.datetime) -> None:
    """Somebody gave the box another PIN."""
    session.add(Audit(at=at, by=by, action="mailbox.pin", subject=mailbox, detail={}))


def is_anything_to_do(session: Session) -> bool:
    """Whether ``to_remove`` or ``to_move`` would find anything; asked without the right to write."""
    looks = (_removable(), _heard())
    return any(session.execute(look.limit(1)).first() is not None for look in looks)


def to_remove(session: Session) -> Sequence[tuple[VoicemailMessage, MessageMark]]:
    """Deleted messages whose sound is still in the spool; those that another worker is at are left out."""
    wanted = _removable().with_for_update(of=MessageMark, skip_locked=True)
    return [(row, mark) for row, mark in session.execute(wanted)]


def to_move(session: Session) -> Sequence[tuple[VoicemailMessage, MessageMark]]:
    """Heard messages that are not yet among Asterisk's old ones, but for those another worker is at."""
    wanted = _heard().with_for_update(of=MessageMark, skip_locked=True)
    return [(row, mark) for row, mark in session.execute(wanted)]


def _removable() -> Select[VoicemailMessage, MessageMark]:
    return (
        select(VoicemailMessage, MessageMark)
        .join(MessageMark, MessageMark.message_id == VoicemailMessage.message_id)
        .where(MessageMark.deleted_at.is_not(None), MessageMark.removed_at.is_(None))
    )


def _heard() -> Select[VoicemailMessage, MessageMark]:
    unmoved = (MessageMark.deleted_at.is_(None), MessageMark.moved_at.is_(None))
    return (
        select(VoicemailMessage, MessageMark)
        .join(MessageMark, MessageMark.message_id == VoicemailMessage.message_id)
        .where(MessageMark.heard_at.is_not(None), *unmoved)
    )


def _mark(session: Session, message_id: str, by: str) -> MessageMark:
    mark = session.get(MessageMark, message_id)
    if mark is None:
        mark = MessageMark(message_id=message_id)
        session.add(mark)
    mark.by = by
    return mark
