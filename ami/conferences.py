"""Conferences as Asterisk tells of them, into rows. Telling of a thing twice changes nothing."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Callable

import structlog
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from ami.protocol import Message
from callcenter.site import Site
from schema.conferences import Conference, ConferenceMember
from schema.refusal import first_line

log = structlog.get_logger()
RETRY_SECONDS = 1.0
EVENTS = ("ConfbridgeStart", "ConfbridgeJoin", "ConfbridgeLeave", "ConfbridgeEnd")


class Conferences:
    """``hear`` hands over; ``run`` writes, and waits while the database is away. ``site`` blocks."""

    def __init__(self, sessions: sessionmaker[Session], site: Callable[[], Site]) -> None:
        self._sessions = sessions
        self._site = site
        self._heard: asyncio.Queue[Message] = asyncio.Queue()

    def listen(self, on: Callable[[str, Callable[[Message], None]], None]) -> None:
        """Have the listener tell of conferences."""
        for event in EVENTS:
            on(event, self._heard.put_nowait)

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            message = await self._heard.get()
            while not await asyncio.to_thread(self._kept, message):
                await asyncio.sleep(RETRY_SECONDS)

    def _kept(self, message: Message) -> bool:
        """False while the database is away."""
        try:
            with self._sessions.begin() as session:
                keep(session, message, self._site)
        except SQLAlchemyError as error:
            log.warning("conference.put_off", error=first_line(error))
            return False
        except (KeyError, ValueError):
            log.warning("conference.unreadable", ami_event=message.event)
        return True


def keep(session: Session, message: Message, site: Callable[[], Site]) -> None:
    """One event into the rows, in the transaction of ``session``. Raises KeyError for one that is cut short."""
    at = dt.datetime.fromtimestamp(float(message["Timestamp"]), dt.UTC)
    bridge, room = message["BridgeUniqueid"], message["Conference"]
    found = session.get(Conference, bridge)
    if found is None:
        found = Conference(bridge=bridge, room=room, started_at=at, ended_at=None, recording=None)
        session.add(found)
    if message.event == "ConfbridgeJoin":
        _join(session, found, message, at, site)
    elif message.event == "ConfbridgeLeave":
        _leave(session, found, message, at)
    elif message.event == "ConfbridgeEnd":
        found.ended_at = found.ended_at or at


def recording(room: str, uniqueid: str) -> str:
    """The sound of a conference that this channel began (``dialplan_templates/extensions/60-conference``)."""
    return f"conferences/{room}-{uniqueid}.wav"


def _join(
    session: Session, conference: Conference, message: Message, at: dt.datetime, site: Callable[[], Site]
) -> None:
    uniqueid = message["Uniqueid"]
    if not _members(session, conference.bridge):
        recorded = {room.number for room in site().rooms if room.record}
        if conference.room in recorded:
            conference.recording = recording(conference.room, uniqueid)
    if session.get(ConferenceMember, (conference.bridge, uniqueid, at)) is None:
        number = message.get("CallerIDNum", "")
        member = ConferenceMember(
            bridge=conference.bridge,
            uniqueid=uniqueid,
            joined_at=at,
            call_id=message["Linkedid"],
            number=None if number in ("", "<unknown>") else number,
            host=message.get("Admin") == "Yes",
            left_at=None,
        )
        session.add(member)


def _leave(session: Session, conference: Conference, message: Message, at: dt.datetime) -> None:
    for member in _members(session, conference.bridge):
        if member.uniqueid == message["Uniqueid"] and member.left_at is None and member.joined_at <= at:
            member.left_at = at


def _members(session: Session, bridge: str) -> list[ConferenceMember]:
    return list(session.scalars(select(ConferenceMember).where(ConferenceMember.bridge == bridge)))
