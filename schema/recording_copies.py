"""Copies of recordings in an object store."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Mapped, mapped_column

from schema.base import Base, index_where


class RecordingCopy(Base):
    """A recording that was read back from the store and found the same; its row goes when the copy does."""

    __tablename__ = "recording_copies"
    __table_args__ = (index_where("ix_recording_copies_local", "local_gone_at IS NULL", "stored_at"),)

    recording_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    address: Mapped[str]
    """As ``s3://bucket/prefix/2026/11/22/….wav``."""
    sha256: Mapped[str]
    stored_at: Mapped[dt.datetime]
    local_gone_at: Mapped[dt.datetime | None]
    """Since when the copy is all there is."""
