"""Keys of other programs, for the HTTP interface. The key itself is kept nowhere."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Mapped, mapped_column

from schema.base import Base


class ApiKey(Base):
    """One program's key and what it may do. A name is never given twice, so that the audit log stays clear."""

    __tablename__ = "api_keys"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    digest: Mapped[str] = mapped_column(unique=True)
    """sha256 of the key, in hexadecimal digits."""
    rights: Mapped[list[str]]
    created_at: Mapped[dt.datetime]
    created_by: Mapped[str]
    revoked_at: Mapped[dt.datetime | None]
    last_used_at: Mapped[dt.datetime | None]
    """Written once a minute at most."""
