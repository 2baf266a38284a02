"""What agents do with their time, why they may pause, and how often a PIN was wrong."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from schema.base import Base, index_where, one_of
from schema.site import SitePart


class AgentState(Base):
    """A stretch of time in which a logged-in agent was in one state; the open row is the present one.

    A log-in begins with ``ready`` and a log-out ends the last row, so the rows of an agent cover the time
    logged in without a hole. Calls are no states: their seconds are in ``legs``.
    """

    __tablename__ = "agent_states"
    __table_args__ = (
        one_of("state", "ready", "paused", "wrapup", "unreachable"),
        Index("ix_agent_states_agent_began_at", "agent", "began_at"),
        index_where("uq_agent_states_open", "ended_at IS NULL", "agent", unique=True),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    agent: Mapped[str]
    seat: Mapped[str]
    state: Mapped[str]
    """ready, paused, wrapup or unreachable."""
    reason: Mapped[str | None]
    """Why it is a pause."""
    began_at: Mapped[dt.datetime]
    until: Mapped[dt.datetime | None]
    """When a wrap-up ends by itself; nobody has to write then."""
    held: Mapped[bool]
    """A wrap-up made longer than the queue's own: Hotline keeps the agent from being rung until its end."""
    ended_at: Mapped[dt.datetime | None]


class PinTries(Base):
    """Wrong PINs of an agent in a row; no row is none."""

    __tablename__ = "pin_tries"

    agent: Mapped[str] = mapped_column(primary_key=True)
    wrong: Mapped[int]
    locked_until: Mapped[dt.datetime | None]


class PauseReasonRow(SitePart, Base):
    """A reason for a pause; its titles and its digit are in ``settings``."""

    __tablename__ = "pause_reasons"

    name: Mapped[str] = mapped_column(primary_key=True)
