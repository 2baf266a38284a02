"""What people's phones do: outbound routes of a site, and the settings of inside numbers."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Mapped, mapped_column

from schema.base import Base
from schema.site import SitePart


class RouteRow(SitePart, Base):
    """A way out of the house."""

    __tablename__ = "routes"

    name: Mapped[str] = mapped_column(primary_key=True)
    title: Mapped[str]


class DeskSettings(Base):
    """What an inside number (a seat's or an agent's) does with calls to it. No row: it rings."""

    __tablename__ = "desk_settings"

    number: Mapped[str] = mapped_column(primary_key=True)
    do_not_disturb: Mapped[bool] = mapped_column(default=False)
    always: Mapped[str | None]
    """Where every call goes; inside or outside number, as dialled at a seat."""
    busy: Mapped[str | None]
    no_answer: Mapped[str | None]
    unreachable: Mapped[str | None]
    ring_seconds: Mapped[int | None]
    """How long it rings before nobody answers; None: 30."""
    follow_me: Mapped[str | None]
    """A phone outside that rings after the desk, and is asked for a key."""
    changed_at: Mapped[dt.datetime]
    changed_by: Mapped[str]
