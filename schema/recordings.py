"""Why a call is recorded or not, and the stretches an agent or a caller kept out of a recording."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from schema.base import Base, index_where, one_of


class RecordingDecision(Base):
    """What was decided before a queue, where an agent with a percentage of their own may still differ, or of a call
    without one (no ``queue``).
    """

    __tablename__ = "recording_decisions"
    __table_args__ = (
        UniqueConstraint("call_id", "at"),
        one_of("consent", "told", "agreed", "refused", "silent"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[str]
    at: Mapped[dt.datetime]
    queue: Mapped[str | None]
    record: Mapped[bool]
    reason: Mapped[str]
    consent: Mapped[str | None]
    """What the caller was told or answered: told, agreed, refused or silent; None: nothing had to be said."""


class RecordingPause(Base):
    """A stretch of silence in one leg's recording; the open row (no ``ended_at``) is a pause that lasts."""

    __tablename__ = "recording_pauses"
    __table_args__ = (index_where("uq_recording_pauses_open", "ended_at IS NULL", "uniqueid", unique=True),)

    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[str]
    uniqueid: Mapped[str] = mapped_column(index=True)
    """The agent leg's."""
    channel: Mapped[str]
    began_at: Mapped[dt.datetime]
    resume_at: Mapped[dt.datetime]
    """When it ends by itself."""
    ended_at: Mapped[dt.datetime | None]
    by: Mapped[str]
    """Who paused: agent 1001, or who gave the command."""
    ended_by: Mapped[str | None]
    """Who ended it; ``time`` when nobody did, ``end`` when the leg was over."""
