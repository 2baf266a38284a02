"""What went live and who did what: config versions and the audit."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from schema.base import Base, one_of


class ConfigVersion(Base):
    """One rendered configuration. Its files stand in the version folder of the same number."""

    __tablename__ = "config_versions"
    __table_args__ = (one_of("state", "staged", "live", "former", "refused", "failed"),)

    number: Mapped[int] = mapped_column(primary_key=True)
    created_at: Mapped[dt.datetime]
    state: Mapped[str]
    """staged, live, former, refused or failed."""
    digest: Mapped[str]
    """sha256 over the names and contents of the version's files."""
    by: Mapped[str]
    note: Mapped[str | None]


class Audit(Base):
    """Who did what, in order. Rows are only ever added."""

    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[dt.datetime]
    by: Mapped[str]
    action: Mapped[str]
    subject: Mapped[str] = mapped_column(index=True)
    detail: Mapped[dict[str, Any]]
