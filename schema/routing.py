"""What routing asks for: listed callers, emergency closings, a site's rules and regions; and what it decided."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from schema.base import Base, index_where, one_of
from schema.site import SitePart, refers


class ListedCaller(Base):
    """A number, or the beginning of numbers, on the black list or the VIP list."""

    __tablename__ = "listed_callers"
    __table_args__ = (
        one_of("list", "block", "vip"),
        UniqueConstraint("number", "list", "prefix"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    list: Mapped[str]
    """block or vip."""
    number: Mapped[str]
    """In the form of ``callcenter.routing.numbers.normal``."""
    prefix: Mapped[bool]
    """All numbers that begin so."""
    until: Mapped[dt.datetime | None]
    note: Mapped[str | None]
    added_by: Mapped[str]
    added_at: Mapped[dt.datetime]
    prompt: Mapped[str | None]
    """Block: what the caller hears instead of busy."""
    tier: Mapped[str | None]
    agent: Mapped[str | None]
    """VIP: the account manager, who is asked first."""
    wait_seconds: Mapped[int] = mapped_column(default=0)
    """VIP: how long to wait for a manager who is busy."""
    queue: Mapped[str | None]
    priority: Mapped[int] = mapped_column(default=0)


class EmergencyClosing(Base):
    """A calendar, or all of them, closed at once. In force until ``until`` or ``ended_at``."""

    __tablename__ = "emergency_closings"
    __table_args__ = (index_where("ix_emergency_closings_open", "ended_at IS NULL", "began_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    calendar: Mapped[str | None]
    """None: every calendar."""
    prompt: Mapped[str | None]
    """What callers hear first."""
    began_at: Mapped[dt.datetime]
    begun_by: Mapped[str]
    until: Mapped[dt.datetime | None]
    ended_at: Mapped[dt.datetime | None]
    ended_by: Mapped[str | None]


class Decision(Base):
    """Where a call was sent, and why: the reasons in order."""

    __tablename__ = "decisions"
    __table_args__ = (UniqueConstraint("call_id", "uniqueid", "at", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[str]
    uniqueid: Mapped[str]
    at: Mapped[dt.datetime]
    number: Mapped[int]
    """Order within the script that wrote it."""
    about: Mapped[str]
    """The call, or the step that asked."""
    destination: Mapped[str]
    reasons: Mapped[list[str]]


class RegionRow(SitePart, Base):
    """Beginnings of numbers under one name."""

    __tablename__ = "regions"

    name: Mapped[str] = mapped_column(primary_key=True)
    title: Mapped[str]


class RuleRow(SitePart, Base):
    """A rule that sends calls somewhere; what it asks for is in ``settings``."""

    __tablename__ = "rules"
    __table_args__ = (refers("flow", "flows"), refers("queue", "queues"))

    name: Mapped[str] = mapped_column(primary_key=True)
    flow: Mapped[str | None]
    queue: Mapped[str | None]
