"""Calls an agent let ring."""

from __future__ import annotations

from sqlalchemy.orm import Mapped, mapped_column

from schema.base import Base


class MissedInARow(Base):
    """Missed calls since the last one that was answered, over all queues; no row is none."""

    __tablename__ = "missed_in_a_row"

    agent: Mapped[str] = mapped_column(primary_key=True)
    missed: Mapped[int]
