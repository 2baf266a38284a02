"""Sends what ``notices`` holds, under the notice's own Message-ID each time; one without its follow-up waits."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from email.message import EmailMessage
from pathlib import Path

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from callcenter.mailboxes.spool import sound_of
from callcenter.ports import Clock
from callcenter.site_file.store import time_zone
from outreach.notice_mail import Attachment, mail
from outreach.outbox import Outbox
from schema.calls import VoicemailMessage
from schema.follow_ups import FollowUp
from schema.surveys import Notice, SurveyReply

log = structlog.get_logger()
Send = Callable[[EmailMessage], Awaitable[None]]


def mailer(
    sessions: sessionmaker[Session], spool: Path, sender: str, send: Send, clock: Clock
) -> Outbox[Notice, EmailMessage]:
    """Works through the notices, one after the other."""
    return Outbox(Notice, "mail", Writer(spool, sender), send, sessions, clock)


class Writer:
    """From a notice to its mail, with its sound from below ``spool``."""

    def __init__(self, spool: Path, sender: str) -> None:
        self._spool = spool
        self._sender = sender

    def __call__(self, session: Session, notice: Notice) -> EmailMessage | None:
        """None while its follow-up is not there yet."""
        about = (FollowUp.kind == notice.kind, FollowUp.key == notice.key)
        task = session.scalar(select(FollowUp).where(*about))
        if task is None:
            return None
        path = self._attached(session, notice, task)
        attachment = self._read(path)
        notice.attachment = path if attachment else None
        return mail(task, notice, self._sender, time_zone(session), attachment)

    def _read(self, path: str | None) -> Attachment | None:
        """The sound; a mail goes out without it when it is gone."""
        if path is None:
            return None
        try:
            return Path(path).name, (self._spool / path).read_bytes()
        except OSError as error:
            log.warning("mail.attachment_gone", path=path, error=str(error))
            return None

    def _attached(self, session: Session, notice: Notice, task: FollowUp) -> str | None:
        """The message itself, where it is now; of a bad score, what the caller said about it."""
        if notice.kind == "voicemail":
            wanted = select(VoicemailMessage).where(VoicemailMessage.message_id == notice.key)
            row = session.scalar(wanted)
            return None if row is None else str(sound_of(self._spool, row).relative_to(self._spool))
        if notice.kind == "bad_score":
            said = select(SurveyReply.message).where(
                SurveyReply.call_id == task.call_id,
                SurveyReply.at == task.opened_at,
                SurveyReply.message.is_not(None),
            )
            return session.scalar(said.limit(1))
        return None
