"""What went outside, for the day's caps, and who is shut out."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from schema.base import Base


class OutgoingCall(Base):
    """A call that went out by somebody's rights. How long it was talked is with its outside legs."""

    __tablename__ = "outgoing_calls"
    __table_args__ = (Index("ix_outgoing_calls_person_at", "person", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[str] = mapped_column(index=True)
    at: Mapped[dt.datetime] = mapped_column(index=True)
    person: Mapped[str]
    """The agent who sits where it was dialled, else the seat."""
    number: Mapped[str]
    abroad: Mapped[bool]


class Ban(Base):
    """An address that is shut out until ``until``, unless it was lifted before."""

    __tablename__ = "bans"

    id: Mapped[int] = mapped_column(primary_key=True)
    address: Mapped[str] = mapped_column(index=True)
    """An IPv4 or IPv6 address as ``ipaddress`` writes it."""
    began_at: Mapped[dt.datetime]
    until: Mapped[dt.datetime] = mapped_column(index=True)
    by: Mapped[str]
    """``hotline`` for one found in the security log, else who typed it."""
    reason: Mapped[str]
    lifted_at: Mapped[dt.datetime | None]
    lifted_by: Mapped[str | None]
