"""When trunks were away."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Mapped, mapped_column

from schema.base import Base, index_where


class TrunkOutage(Base):
    """A stretch of time in which a trunk took no calls. At most one of a trunk lasts."""

    __tablename__ = "trunk_outages"
    __table_args__ = (index_where("uq_trunk_outages_lasting", "ended_at IS NULL", "trunk", unique=True),)

    id: Mapped[int] = mapped_column(primary_key=True)
    trunk: Mapped[str] = mapped_column(index=True)
    reason: Mapped[str]
    """Why, as it was seen when it began: ``callcenter/trunks/state.py``."""
    began_at: Mapped[dt.datetime] = mapped_column(index=True)
    ended_at: Mapped[dt.datetime | None]
