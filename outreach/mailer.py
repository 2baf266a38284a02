"""Sends what ``notices`` holds: each once, again with growing pauses while the server is away.

A notice is marked before it is handed over and after; who hands it over renews the mark. Found with an old mark,
its mailer died and nobody knows whether it went out: it is sent once more, under the same Message-ID. None is
lost with a process, and none comes a third time.
"""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Awaitable, Callable
from email.message import EmailMessage
from pathlib import Path

import structlog
from sqlalchemy import ColumnElement, case, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from callcenter.mailboxes.spool import sound_of
from callcenter.ports import Clock
from callcenter.site_file.store import time_zone
from outreach.notice_mail import Attachment, mail
from outreach.post import Refused, TryLater, Unsure
from schema.calls import VoicemailMessage
from schema.follow_ups import FollowUp
from schema.refusal import first_line
from schema.surveys import Notice, SurveyReply

log = structlog.get_logger()
LOOK_SECONDS = 1.0
FIRST_PAUSE = dt.timedelta(seconds=30)
LONGEST_PAUSE = dt.timedelta(hours=4)
MOST_TRIES = 20
"""Two days and a half."""
RENEW_SECONDS = 5.0
STUCK = dt.timedelta(seconds=20)
"""A mark not renewed for so long is of a process that died."""
UNSURE = "nobody knows whether it was taken"
Send = Callable[[EmailMessage], Awaitable[None]]


def pause(tries: int) -> dt.timedelta:
    """How long to wait after so many tries: 30 s, 1 min, 2 min … 4 h."""
    doubled: int = 2 ** min(tries - 1, 20)
    return min(FIRST_PAUSE * doubled, LONGEST_PAUSE)


class Mailer:
    """Works through the notices, one after the other. ``send`` raises what ``outreach.post`` does."""

    def __init__(
        self, sessions: sessionmaker[Session], spool: Path, sender: str, send: Send, clock: Clock
    ) -> None:
        self._sessions = sessions
        self._spool = spool
        self._sender = sender
        self._send = send
        self._clock = clock

    async def run(self) -> None:
        """Until cancelled; a database that is away is waited for."""
        while True:
            try:
                while await self.send_one():
                    pass
            except SQLAlchemyError as error:
                log.warning("mail.put_off", error=first_line(error))
            await asyncio.sleep(LOOK_SECONDS)

    async def send_one(self) -> bool:
        """Send the notice that waits longest, if one is due. Gives whether there was one."""
        claimed = await asyncio.to_thread(self._claim)
        if claimed is None:
            return False
        number, letter = claimed
        renewing = asyncio.create_task(self._renew(number))
        try:
            await self._send(letter)
        except Unsure:
            await asyncio.to_thread(self._again, number)
        except TryLater as error:
            await asyncio.to_thread(self._later, number, str(error))
        except Refused as error:
            await asyncio.to_thread(self._end, number, "given_up", str(error))
        else:
            await asyncio.to_thread(self._end, number, "sent", None)
        finally:
            renewing.cancel()
        return True

    async def _renew(self, number: int) -> None:
        """While the notice is on its way, until cancelled."""
        while True:
            await asyncio.sleep(RENEW_SECONDS)
            try:
                await asyncio.to_thread(self._mark, number)
            except SQLAlchemyError as error:
                log.warning("mail.put_off", error=first_line(error))

    def _mark(self, number: int) -> None:
        with self._sessions.begin() as session:
            mine = update(Notice).where(Notice.id == number, Notice.state == "sending")
            session.execute(mine.values(due_at=self._clock()))

    def _claim(self) -> tuple[int, EmailMessage] | None:
        """Mark the next notice and write its letter; one whose follow-up is not there yet waits."""
        now = self._clock()
        with self._sessions.begin() as session:
            _once_more(session, now, Notice.due_at < now - STUCK)
            due = select(Notice).where(Notice.state == "waiting", Notice.due_at <= now)
            for notice in session.scalars(due.order_by(Notice.due_at, Notice.id).limit(20)).all():
                task = _task(session, notice)
                if task is None:
                    continue
                taking = update(Notice).where(Notice.id == notice.id, Notice.state == "waiting")
                values = {"state": "sending", "due_at": now, "tries": notice.tries + 1}
                if session.scalar(taking.values(values).returning(Notice.id)) is None:
                    continue
                path = self._attached(session, notice, task)
                attachment = self._read(path)
                notice.attachment = path if attachment else None
                return notice.id, mail(task, notice, self._sender, time_zone(session), attachment)
        return None

    def _again(self, number: int) -> None:
        with self._sessions.begin() as session:
            _once_more(session, self._clock(), Notice.id == number)

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

    def _later(self, number: int, error: str) -> None:
        with self._sessions.begin() as session:
            notice = session.get_one(Notice, number)
            if notice.tries >= MOST_TRIES:
                notice.state = "given_up"
            else:
                notice.state, notice.due_at = "waiting", self._clock() + pause(notice.tries)
            notice.error = error
            log.warning("mail.not_sent", notice=number, tries=notice.tries, error=error, state=notice.state)

    def _end(self, number: int, state: str, error: str | None) -> None:
        with self._sessions.begin() as session:
            notice = session.get_one(Notice, number)
            notice.state, notice.error = state, error
            if state == "sent":
                notice.mailed_at = self._clock()
            else:
                log.error("mail.given_up", notice=number, error=error)


def _once_more(session: Session, now: dt.datetime, which: ColumnElement[bool]) -> None:
    """Of these notices nobody knows whether they went out: those of which that was so before are given up."""
    doubtful = update(Notice).where(Notice.state == "sending", which)
    state = case((Notice.error == UNSURE, "given_up"), else_="waiting")
    for number, became in session.execute(
        doubtful.values(state=state, due_at=now, error=UNSURE).returning(Notice.id, Notice.state)
    ).all():
        log.warning("mail.unsure", notice=number, state=became)


def _task(session: Session, notice: Notice) -> FollowUp | None:
    return session.scalar(select(FollowUp).where(FollowUp.kind == notice.kind, FollowUp.key == notice.key))
