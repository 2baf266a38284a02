"""Which processes are at work beside the listener, which says so with its places (``LedgerPosition``)."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Mapped, mapped_column

from schema.base import Base


class SignOfLife(Base):
    """When a process was last at work: it says so every few seconds."""

    __tablename__ = "signs_of_life"

    process: Mapped[str] = mapped_column(primary_key=True)
    """Of one Asterisk's machine: ``worker@SYSTEMNAME``."""
    seen_at: Mapped[dt.datetime]
