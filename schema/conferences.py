"""Conferences that took place, and who was in them."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Mapped, mapped_column

from schema.base import Base


class Conference(Base):
    """One conference in a room, from the first who came to the last who left."""

    __tablename__ = "conferences"

    bridge: Mapped[str] = mapped_column(primary_key=True)
    """Asterisk's id of it."""
    room: Mapped[str] = mapped_column(index=True)
    started_at: Mapped[dt.datetime] = mapped_column(index=True)
    ended_at: Mapped[dt.datetime | None]
    recording: Mapped[str | None]
    """Its sound, as a file below the spool."""


class ConferenceMember(Base):
    """Somebody in a conference; who comes again is there twice."""

    __tablename__ = "conference_members"

    bridge: Mapped[str] = mapped_column(primary_key=True)
    uniqueid: Mapped[str] = mapped_column(primary_key=True)
    joined_at: Mapped[dt.datetime] = mapped_column(primary_key=True)
    call_id: Mapped[str] = mapped_column(index=True)
    number: Mapped[str | None]
    host: Mapped[bool]
    left_at: Mapped[dt.datetime | None]
