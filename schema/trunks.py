"""When trunks were away."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from schema.base import Base


class TrunkOutage(Base):
    """A stretch of time in which a trunk took no calls. At most one of a trunk lasts."""

    __tablename__ = "trunk_outages"
    __table_args__ = (
        Index(
            "uq_trunk_outages_lasting",
            "trunk",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    trunk: Mapped[str] = mapped_column(index=True)
    reason: Mapped[str]
    """Why, as it was seen when it began: ``callcenter/trunks/state.py``."""
    began_at: Mapped[dt.datetime] = mapped_column(index=True)
    ended_at: Mapped[dt.datetime | None]
