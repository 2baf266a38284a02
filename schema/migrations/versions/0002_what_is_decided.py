"""What an operator decides: the tables of a site."""

from __future__ import annotations

from functools import partial

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TEXT = sa.String()
JSON = sa.JSON()
MOMENT = sa.DateTime(timezone=True)
WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
column = partial(sa.Column, nullable=False)


def upgrade() -> None:
    """Make the tables, those that others refer to first."""
    _sites()
    _agents()
    _boards()
    _calendars()
    _flows()
    _mailboxes()
    _music()
    _prompts()
    _seats()
    _surveys()
    _calendar_exceptions()
    _flow_versions()
    _queues()
    _trunks()
    _dids()
    _queue_members()


def _sites() -> None:
    op.create_table(
        "sites",
        column("name", TEXT),
        column("title", TEXT),
        column("timezone", TEXT),
        column("country", TEXT),
        column("settings", JSON),
        column("digest", TEXT),
        column("saved_at", MOMENT),
        column("saved_by", TEXT),
        sa.PrimaryKeyConstraint("name", name="pk_sites"),
    )


def _agents() -> None:
    op.create_table(
        "agents",
        column("number", TEXT),
        column("title", TEXT),
        column("site", TEXT),
        column("position", WHOLE),
        column("settings", JSON),
        sa.ForeignKeyConstraint(["site"], ["sites.name"], name="fk_agents_site_sites", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("number", "site", name="pk_agents"),
    )


def _boards() -> None:
    op.create_table(
        "boards",
        column("name", TEXT),
        column("site", TEXT),
        column("position", WHOLE),
        column("settings", JSON),
        sa.ForeignKeyConstraint(["site"], ["sites.name"], name="fk_boards_site_sites", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("name", "site", name="pk_boards"),
    )


def _calendars() -> None:
    op.create_table(
        "calendars",
        column("name", TEXT),
        column("title", TEXT),
        column("timezone", TEXT),
        column("site", TEXT),
        column("position", WHOLE),
        column("settings", JSON),
        sa.ForeignKeyConstraint(["site"], ["sites.name"], name="fk_calendars_site_sites", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("name", "site", name="pk_calendars"),
    )


def _flows() -> None:
    op.create_table(
        "flows",
        column("site", TEXT),
        column("name", TEXT),
        column("position", WHOLE, nullable=True),
        sa.ForeignKeyConstraint(["site"], ["sites.name"], name="fk_flows_site_sites", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("site", "name", name="pk_flows"),
    )


def _mailboxes() -> None:
    op.create_table(
        "mailboxes",
        column("number", TEXT),
        column("title", TEXT),
        column("site", TEXT),
        column("position", WHOLE),
        column("settings", JSON),
        sa.ForeignKeyConstraint(["site"], ["sites.name"], name="fk_mailboxes_site_sites", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("number", "site", name="pk_mailboxes"),
    )


def _music() -> None:
    op.create_table(
        "music",
        column("name", TEXT),
        column("site", TEXT),
        column("position", WHOLE),
        column("settings", JSON),
        sa.ForeignKeyConstraint(["site"], ["sites.name"], name="fk_music_site_sites", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("name", "site", name="pk_music"),
    )


def _prompts() -> None:
    op.create_table(
        "prompts",
        column("name", TEXT),
        column("site", TEXT),
        column("position", WHOLE),
        column("settings", JSON),
        sa.ForeignKeyConstraint(["site"], ["sites.name"], name="fk_prompts_site_sites", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("name", "site", name="pk_prompts"),
    )


def _seats() -> None:
    op.create_table(
        "seats",
        column("name", TEXT),
        column("number", TEXT),
        column("title", TEXT),
        column("kind", TEXT),
        column("site", TEXT),
        column("position", WHOLE),
        column("settings", JSON),
        sa.ForeignKeyConstraint(["site"], ["sites.name"], name="fk_seats_site_sites", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("name", "site", name="pk_seats"),
        sa.UniqueConstraint("site", "number", name="uq_seats_site_number"),
    )


def _surveys() -> None:
    op.create_table(
        "surveys",
        column("name", TEXT),
        column("site", TEXT),
        column("position", WHOLE),
        column("settings", JSON),
        sa.ForeignKeyConstraint(["site"], ["sites.name"], name="fk_surveys_site_sites", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("name", "site", name="pk_surveys"),
    )


def _calendar_exceptions() -> None:
    op.create_table(
        "calendar_exceptions",
        column("calendar", TEXT),
        column("position", WHOLE),
        column("first", sa.Date()),
        column("last", sa.Date(), nullable=True),
        column("title", TEXT),
        column("closed", sa.Boolean()),
        column("site", TEXT),
        column("settings", JSON),
        sa.ForeignKeyConstraint(
            ["site", "calendar"],
            ["calendars.site", "calendars.name"],
            name="fk_calendar_exceptions_site_calendar_calendars",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["site"], ["sites.name"], name="fk_calendar_exceptions_site_sites", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("calendar", "position", "site", name="pk_calendar_exceptions"),
    )


def _flow_versions() -> None:
    op.create_table(
        "flow_versions",
        column("site", TEXT),
        column("flow", TEXT),
        column("number", WHOLE),
        column("state", TEXT),
        column("definition", JSON),
        column("digest", TEXT),
        column("created_at", MOMENT),
        column("created_by", TEXT),
        column("published_at", MOMENT, nullable=True),
        sa.CheckConstraint("state IN ('draft', 'published', 'retired')", name=op.f("ck_flow_versions_state")),
        sa.ForeignKeyConstraint(
            ["site", "flow"],
            ["flows.site", "flows.name"],
            name="fk_flow_versions_site_flow_flows",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("site", "flow", "number", name="pk_flow_versions"),
    )
    op.create_index(
        "uq_flow_versions_draft",
        "flow_versions",
        ["site", "flow"],
        unique=True,
        sqlite_where=sa.text("state = 'draft'"),
        postgresql_where=sa.text("state = 'draft'"),
    )
    op.create_index(
        "uq_flow_versions_published",
        "flow_versions",
        ["site", "flow"],
        unique=True,
        sqlite_where=sa.text("state = 'published'"),
        postgresql_where=sa.text("state = 'published'"),
    )


def _queues() -> None:
    op.create_table(
        "queues",
        column("name", TEXT),
        column("title", TEXT),
        column("strategy", TEXT),
        column("music", TEXT, nullable=True),
        column("survey", TEXT, nullable=True),
        column("site", TEXT),
        column("position", WHOLE),
        column("settings", JSON),
        sa.ForeignKeyConstraint(
            ["site", "music"], ["music.site", "music.name"], name="fk_queues_site_music_music"
        ),
        sa.ForeignKeyConstraint(
            ["site", "survey"], ["surveys.site", "surveys.name"], name="fk_queues_site_survey_surveys"
        ),
        sa.ForeignKeyConstraint(["site"], ["sites.name"], name="fk_queues_site_sites", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("name", "site", name="pk_queues"),
    )


def _trunks() -> None:
    op.create_table(
        "trunks",
        column("name", TEXT),
        column("title", TEXT),
        column("fallback_flow", TEXT, nullable=True),
        column("site", TEXT),
        column("position", WHOLE),
        column("settings", JSON),
        sa.ForeignKeyConstraint(
            ["site", "fallback_flow"], ["flows.site", "flows.name"], name="fk_trunks_site_fallback_flow_flows"
        ),
        sa.ForeignKeyConstraint(["site"], ["sites.name"], name="fk_trunks_site_sites", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("name", "site", name="pk_trunks"),
    )


def _dids() -> None:
    op.create_table(
        "dids",
        column("position", WHOLE),
        column("number", TEXT),
        column("title", TEXT),
        column("flow", TEXT),
        column("trunk", TEXT, nullable=True),
        column("site", TEXT),
        column("settings", JSON),
        sa.ForeignKeyConstraint(
            ["site", "flow"], ["flows.site", "flows.name"], name="fk_dids_site_flow_flows"
        ),
        sa.ForeignKeyConstraint(
            ["site", "trunk"], ["trunks.site", "trunks.name"], name="fk_dids_site_trunk_trunks"
        ),
        sa.ForeignKeyConstraint(["site"], ["sites.name"], name="fk_dids_site_sites", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("position", "site", name="pk_dids"),
        sa.UniqueConstraint("site", "number", "trunk", name="uq_dids_site_number_trunk"),
    )
    op.create_index(
        "uq_dids_any_trunk",
        "dids",
        ["site", "number"],
        unique=True,
        sqlite_where=sa.text("trunk IS NULL"),
        postgresql_where=sa.text("trunk IS NULL"),
    )


def _queue_members() -> None:
    op.create_table(
        "queue_members",
        column("queue", TEXT),
        column("agent", TEXT),
        column("penalty", WHOLE),
        column("site", TEXT),
        column("position", WHOLE),
        column("settings", JSON),
        sa.ForeignKeyConstraint(
            ["site", "agent"], ["agents.site", "agents.number"], name="fk_queue_members_site_agent_agents"
        ),
        sa.ForeignKeyConstraint(
            ["site", "queue"],
            ["queues.site", "queues.name"],
            name="fk_queue_members_site_queue_queues",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["site"], ["sites.name"], name="fk_queue_members_site_sites", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("queue", "agent", "site", name="pk_queue_members"),
    )
    op.create_index("ix_queue_members_agent", "queue_members", ["site", "agent"])
