"""How the boards' lines have been: E1 ports and analog channels."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Mapped, mapped_column

from schema.base import Base, index_where, one_of

STATES = ("up", "red", "yellow", "blue", "loopback", "recovering", "no_signalling", "closed", "missing")


class LineState(Base):
    """A stretch of time in which a line was in one state. At most one of a line's has no end."""

    __tablename__ = "line_states"
    __table_args__ = (
        one_of("state", *STATES),
        index_where("uq_line_states_open", "ended_at IS NULL", "line", unique=True),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    line: Mapped[str] = mapped_column(index=True)
    """The board and the port of it, or the channel, as ``a102/1``."""
    trunk: Mapped[str | None]
    state: Mapped[str]
    began_at: Mapped[dt.datetime] = mapped_column(index=True)
    ended_at: Mapped[dt.datetime | None]
