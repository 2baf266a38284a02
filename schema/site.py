"""What an operator decides: the tables of a site.

What queries and joins ask for are columns with constraints; the rest of a part is ``settings``, the
part as in the site file without its defaults. ``position`` keeps the order of the parts, so that a
site comes back exactly as it was written. ``callcenter/site_file/store.py`` writes and reads these rows.
Names are the keys: what happened (``schema/calls.py``) speaks of the same names.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import Date, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from schema.base import Base, index_where, one_of


def refers(column: str, table: str, key: str = "name", ondelete: str | None = None) -> ForeignKeyConstraint:
    """A foreign key to a part of the same site."""
    return ForeignKeyConstraint(["site", column], [f"{table}.site", f"{table}.{key}"], ondelete=ondelete)


class SiteRow(Base):
    """A site itself."""

    __tablename__ = "sites"

    name: Mapped[str] = mapped_column(primary_key=True)
    title: Mapped[str]
    timezone: Mapped[str]
    country: Mapped[str]
    settings: Mapped[dict[str, Any]]
    digest: Mapped[str]
    """sha256 of the whole site as JSON: two sites of one digest are the same, letter by letter."""
    saved_at: Mapped[dt.datetime]
    saved_by: Mapped[str]


class SitePart:
    """The columns every part has."""

    site: Mapped[str] = mapped_column(ForeignKey("sites.name", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int]
    settings: Mapped[dict[str, Any]]


class FlowRow(Base):
    """A flow's name. ``position`` is None once the site has it no more; its versions are kept."""

    __tablename__ = "flows"

    site: Mapped[str] = mapped_column(ForeignKey("sites.name", ondelete="CASCADE"), primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int | None]


class FlowVersion(Base):
    """One definition of a flow, never changed. At most one is the draft and at most one is published."""

    __tablename__ = "flow_versions"
    __table_args__ = (
        refers("flow", "flows", ondelete="CASCADE"),
        one_of("state", "draft", "published", "retired"),
        *(
            index_where(f"uq_flow_versions_{state}", f"state = '{state}'", "site", "flow", unique=True)
            for state in ("draft", "published")
        ),
    )

    site: Mapped[str] = mapped_column(primary_key=True)
    flow: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    """Counts from 1 within the flow."""
    state: Mapped[str]
    """draft, published or retired."""
    definition: Mapped[dict[str, Any]]
    digest: Mapped[str]
    """sha256 of the definition."""
    created_at: Mapped[dt.datetime]
    created_by: Mapped[str]
    published_at: Mapped[dt.datetime | None]


class TrunkRow(SitePart, Base):
    """A trunk; how it connects is in ``settings``."""

    __tablename__ = "trunks"
    __table_args__ = (refers("fallback_flow", "flows"),)

    name: Mapped[str] = mapped_column(primary_key=True)
    title: Mapped[str]
    fallback_flow: Mapped[str | None]


class BoardRow(SitePart, Base):
    """A telephony board."""

    __tablename__ = "boards"

    name: Mapped[str] = mapped_column(primary_key=True)


class DidRow(SitePart, Base):
    """A dialled number; without a trunk it holds for all of them."""

    __tablename__ = "dids"
    __table_args__ = (
        refers("flow", "flows"),
        refers("trunk", "trunks"),
        UniqueConstraint("site", "number", "trunk"),
        index_where("uq_dids_any_trunk", "trunk IS NULL", "site", "number", unique=True),
    )

    position: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str]
    title: Mapped[str]
    flow: Mapped[str]
    trunk: Mapped[str | None]


class CalendarRow(SitePart, Base):
    """Opening hours; the week is in ``settings``."""

    __tablename__ = "calendars"

    name: Mapped[str] = mapped_column(primary_key=True)
    title: Mapped[str]
    timezone: Mapped[str]


class CalendarExceptionRow(SitePart, Base):
    """A dated exception: closed, or worked (``settings`` says like which day or at which hours)."""

    __tablename__ = "calendar_exceptions"
    __table_args__ = (refers("calendar", "calendars", ondelete="CASCADE"),)

    calendar: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    first: Mapped[dt.date] = mapped_column(Date)
    last: Mapped[dt.date | None] = mapped_column(Date)
    title: Mapped[str]
    closed: Mapped[bool]


class PromptRow(SitePart, Base):
    """A prompt; its texts and recordings are in ``settings``."""

    __tablename__ = "prompts"

    name: Mapped[str] = mapped_column(primary_key=True)


class MusicRow(SitePart, Base):
    """Music on hold."""

    __tablename__ = "music"

    name: Mapped[str] = mapped_column(primary_key=True)


class SurveyRow(SitePart, Base):
    """A satisfaction question."""

    __tablename__ = "surveys"

    name: Mapped[str] = mapped_column(primary_key=True)


class QueueRow(SitePart, Base):
    """A queue."""

    __tablename__ = "queues"
    __table_args__ = (refers("music", "music"), refers("survey", "surveys"))

    name: Mapped[str] = mapped_column(primary_key=True)
    title: Mapped[str]
    strategy: Mapped[str]
    music: Mapped[str | None]
    survey: Mapped[str | None]


class AgentRow(SitePart, Base):
    """An agent."""

    __tablename__ = "agents"

    number: Mapped[str] = mapped_column(primary_key=True)
    title: Mapped[str]


class QueueMemberRow(SitePart, Base):
    """An agent who serves a queue."""

    __tablename__ = "queue_members"
    __table_args__ = (
        refers("queue", "queues", ondelete="CASCADE"),
        refers("agent", "agents", key="number"),
        Index("ix_queue_members_agent", "site", "agent"),
    )

    queue: Mapped[str] = mapped_column(primary_key=True)
    agent: Mapped[str] = mapped_column(primary_key=True)
    penalty: Mapped[int]


class SeatRow(SitePart, Base):
    """A phone."""

    __tablename__ = "seats"
    __table_args__ = (UniqueConstraint("site", "number"),)

    name: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[str]
    title: Mapped[str]
    kind: Mapped[str]


class MailboxRow(SitePart, Base):
    """A voicemail box."""

    __tablename__ = "mailboxes"

    number: Mapped[str] = mapped_column(primary_key=True)
    title: Mapped[str]


class RoomRow(SitePart, Base):
    """A conference room."""

    __tablename__ = "rooms"

    number: Mapped[str] = mapped_column(primary_key=True)
    title: Mapped[str]
