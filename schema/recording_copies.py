"""Copies of recordings in an object store."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Mapped, mapped_column

from schema.base import Base


class RecordingCopy(Base):
    """A recording that was read back from the store and found the same; its row goes when the copy does."""

    __tablename__ = "recording_copies"

    recording_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    address: Mapped[str]
    """As ``s3://bucket/prefix/2026/11/22/….wav``."""
    sha256: Mapped[str]
    stored_at: Mapped[dt.datetime] = mapped_column(index=True)
    local_gone_at: Mapped[dt.datetime | None]
    """Since when the copy is all there is."""
