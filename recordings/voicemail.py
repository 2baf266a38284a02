"""Messages callers left, from Asterisk's spool into rows.

app_voicemail writes ``<spool>/voicemail/hotline/<mailbox>/INBOX/msg0000.txt`` and its sound; the text is renamed
into place last, so a message that can be seen is whole. Deleting one renumbers those after it: a message is known
by its ``msg_id``, and its row follows it to its new path.
"""

from __future__ import annotations

import configparser
import datetime as dt
import re
import time
import wave
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from callcenter.calls.follow_ups import Task, open_tasks
from callcenter.mailboxes.spool import CONTEXT, HEARD, NEW
from schema.calls import Call, Leg, VoicemailMessage
from schema.surveys import Notice
from schema.upsert import engine_of, upsert

log = structlog.get_logger()
SETTLED_NS = 1_000_000_000
"""A folder changed less than this ago is looked at again: its clock ticks only every few milliseconds."""
LONGEST = dt.timedelta(days=1)
"""No call in which a message was left began longer before."""
WHOLE_SECOND = dt.timedelta(seconds=1)
"""``origtime`` is cut to whole seconds."""

Version = tuple[int, int]
"""Of a file: its number and when it was written."""


class Mailboxes:
    """The messages of one Asterisk, ``system`` (``callcenter.ports.MailboxKeeper``). ``spool`` is Asterisk's.

    A new message opens a follow-up; ``addresses`` (mailbox → mail address; blocks) are told of it by mail.
    """

    def __init__(
        self,
        session: Callable[[], Session],
        spool: Path,
        system: str,
        addresses: Callable[[], Mapping[str, str]] = dict,
    ) -> None:
        self._session = session
        self._spool = spool
        self._system = system
        self._addresses = addresses
        self._seen: dict[Path, int] = {}
        self._written: dict[Path, Version] = {}

    def collect(self) -> int:
        """Write every message that is new or has moved, or had no call yet; gives how many were looked at.
        Saying it twice changes nothing. Raises what the database raises.
        """
        changed = dict(self._changed())
        messages = [found for inbox in changed for found in self._messages(inbox)]
        written = {}
        if messages:
            addresses = self._addresses()
            with self._session() as session, session.begin():
                for file, version, row in messages:
                    if _put(session, row):
                        _follow_up(session, row, addresses.get(row["mailbox"]))
                    if row["call_id"]:
                        written[file] = version
        self._written |= written
        self._seen |= {inbox: at for inbox, at in changed.items() if time.time_ns() - at > SETTLED_NS}
        return len(messages)

    def _changed(self) -> Iterator[tuple[Path, int]]:
        """Each folder that is not as it was the last time, with the moment of its last change."""
        boxes = self._spool / "voicemail" / CONTEXT
        for inbox in (*boxes.glob(f"*/{NEW}"), *boxes.glob(f"*/{HEARD}")):
            at = inbox.stat().st_mtime_ns
            if self._seen.get(inbox) != at:
                yield inbox, at

    def _messages(self, inbox: Path) -> Iterator[tuple[Path, Version, dict[str, Any]]]:
        for file in sorted(inbox.glob("msg*.txt")):
            try:
                if self._written.get(file) != (version := _version(file)):
                    yield file, version, self._row(file)
            except (OSError, KeyError, ValueError, configparser.Error) as error:
                log.warning("voicemail.unreadable", file=str(file), error=str(error))

    def _row(self, file: Path) -> dict[str, Any]:
        message = read(file)
        sound = file.with_suffix(".wav")
        return {
            "mailbox": message["origmailbox"],
            "message_id": f"{self._system}-{message['msg_id']}",
            "path": str(sound.relative_to(self._spool)),
            "caller": number(message.get("callerid", "")),
            "left_at": dt.datetime.fromtimestamp(int(message["origtime"]), dt.UTC),
            "duration_ms": duration_ms(sound, int(message["duration"])),
            "channel": message["callerchan"],
        }


def _version(file: Path) -> Version:
    """Another message at the same path is another file, and one written anew is of another time."""
    found = file.stat()
    return found.st_ino, found.st_mtime_ns


def read(file: Path) -> Mapping[str, str]:
    """The ``[message]`` section of a message's text file. Raises KeyError or configparser.Error."""
    parser = configparser.RawConfigParser(strict=False)
    parser.read_string(file.read_text("utf-8", errors="replace"))
    return parser["message"]


def number(callerid: str) -> str | None:
    """The number in ``"Name" <number>`` or a bare number; None for an unknown caller."""
    found = re.search(r"<([^<>]+)>\s*$", callerid) or re.fullmatch(r"\s*([+0-9]+)\s*", callerid)
    return found.group(1) if found else None


def duration_ms(sound: Path, seconds: int) -> int:
    """Length of the sound as its own header has it; what the text file says when it can't be opened."""
    try:
        with wave.open(str(sound), "rb") as opened:
            return opened.getnframes() * 1000 // opened.getframerate()
    except (OSError, EOFError, wave.Error):
        return seconds * 1000


def _put(session: Session, row: dict[str, Any]) -> bool:
    """Write the message's row, or where it is now; whether it is new."""
    channel = row.pop("channel")
    row["call_id"] = _call_of(session, channel, row["left_at"])
    known = session.scalar(
        select(VoicemailMessage.id).where(VoicemailMessage.message_id == row["message_id"])
    )
    insert = upsert(engine_of(session), VoicemailMessage).values(row)
    news = {
        "path": insert.excluded.path,
        "call_id": func.coalesce(VoicemailMessage.call_id, insert.excluded.call_id),
    }
    session.execute(insert.on_conflict_do_update(index_elements=["message_id"], set_=news))
    return known is None


def _follow_up(session: Session, row: Mapping[str, Any], address: str | None) -> None:
    """Somebody has to listen to it."""
    task = Task(
        kind="voicemail",
        key=row["message_id"],
        opened_at=row["left_at"],
        call_id=row["call_id"],
        number=row["caller"],
        detail=f"box {row['mailbox']}, {row['duration_ms'] / 1000:.1f} s",
    )
    if open_tasks(session, [task]) and address:
        key = {"kind": task.kind, "key": task.key, "address": address}
        session.add(Notice(**key, due_at=row["left_at"], state="waiting", tries=0))


def _call_of(session: Session, channel: str, at: dt.datetime) -> str | None:
    """The call whose leg had this channel then: names begin again when Asterisk restarts."""
    found = (
        select(Leg.call_id)
        .join(Call, Call.call_id == Leg.call_id)
        .where(Call.started_at > at - LONGEST, Call.started_at < at + WHOLE_SECOND)
        .where(Leg.channel == channel, Leg.started_at < at + WHOLE_SECOND)
        .where(Leg.ended_at.is_(None) | (Leg.ended_at >= at))
        .order_by(Call.started_at.desc())
        .limit(1)
    )
    return session.scalar(found)
