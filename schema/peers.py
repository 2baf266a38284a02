"""Other sites: those this one is linked to, and the calls that came from there."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from schema.base import Base
from schema.site import SitePart, refers


class PeerRow(SitePart, Base):
    """A site that a site is linked to."""

    __tablename__ = "peers"
    __table_args__ = (refers("trunk", "trunks"),)

    name: Mapped[str] = mapped_column(primary_key=True)
    title: Mapped[str]
    trunk: Mapped[str]


class LinkedCall(Base):
    """A call that came over a link. What it is called at every site it has been to is ``joint_id``."""

    __tablename__ = "linked_calls"
    __table_args__ = (Index("ix_linked_calls_joint_id", "joint_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[str] = mapped_column(unique=True)
    """Its id here."""
    site: Mapped[str]
    """The site it came from last."""
    joint_id: Mapped[str]
    """Its id at the site where it began."""
    at: Mapped[dt.datetime]
