"""Listed callers, emergency closings, a site's rules and regions, and the decisions made of them."""

from __future__ import annotations

from functools import partial

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

TEXT = sa.String()
JSON = sa.JSON()
MOMENT = sa.DateTime(timezone=True)
WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
OPEN = sa.text("ended_at IS NULL")
column = partial(sa.Column, nullable=False)
maybe = partial(sa.Column, nullable=True)


def upgrade() -> None:
    """Make the tables; a caller's last calls are found by number and time together."""
    _listed_callers()
    _emergency_closings()
    _decisions()
    _regions()
    _rules()
    op.create_index("ix_calls_caller_started_at", "calls", ["caller", "started_at"])
    op.drop_index("ix_calls_caller", "calls")


def _listed_callers() -> None:
    op.create_table(
        "listed_callers",
        column("id", WHOLE),
        column("list", TEXT),
        column("number", TEXT),
        column("prefix", sa.Boolean()),
        maybe("until", MOMENT),
        maybe("note", TEXT),
        column("added_by", TEXT),
        column("added_at", MOMENT),
        maybe("prompt", TEXT),
        maybe("tier", TEXT),
        maybe("agent", TEXT),
        column("wait_seconds", WHOLE),
        maybe("queue", TEXT),
        column("priority", WHOLE),
        sa.CheckConstraint("list IN ('block', 'vip')", name=op.f("ck_listed_callers_list")),
        sa.PrimaryKeyConstraint("id", name="pk_listed_callers"),
        sa.UniqueConstraint("number", "list", "prefix", name="uq_listed_callers_number_list_prefix"),
    )


def _emergency_closings() -> None:
    op.create_table(
        "emergency_closings",
        column("id", WHOLE),
        maybe("calendar", TEXT),
        maybe("prompt", TEXT),
        column("began_at", MOMENT),
        column("begun_by", TEXT),
        maybe("until", MOMENT),
        maybe("ended_at", MOMENT),
        maybe("ended_by", TEXT),
        sa.PrimaryKeyConstraint("id", name="pk_emergency_closings"),
    )
    op.create_index(
        "ix_emergency_closings_open",
        "emergency_closings",
        ["began_at"],
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    )


def _decisions() -> None:
    op.create_table(
        "decisions",
        column("id", WHOLE),
        column("call_id", TEXT),
        column("uniqueid", TEXT),
        column("at", MOMENT),
        column("number", WHOLE),
        column("about", TEXT),
        column("destination", TEXT),
        column("reasons", JSON),
        sa.PrimaryKeyConstraint("id", name="pk_decisions"),
        sa.UniqueConstraint(
            "call_id", "uniqueid", "at", "number", name="uq_decisions_call_id_uniqueid_at_number"
        ),
    )


def _regions() -> None:
    op.create_table(
        "regions",
        column("name", TEXT),
        column("title", TEXT),
        column("site", TEXT),
        column("position", WHOLE),
        column("settings", JSON),
        sa.ForeignKeyConstraint(["site"], ["sites.name"], name="fk_regions_site_sites", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("name", "site", name="pk_regions"),
    )


def _rules() -> None:
    op.create_table(
        "rules",
        column("name", TEXT),
        maybe("flow", TEXT),
        maybe("queue", TEXT),
        column("site", TEXT),
        column("position", WHOLE),
        column("settings", JSON),
        sa.ForeignKeyConstraint(["site"], ["sites.name"], name="fk_rules_site_sites", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["site", "flow"], ["flows.site", "flows.name"], name="fk_rules_site_flow_flows"
        ),
        sa.ForeignKeyConstraint(
            ["site", "queue"], ["queues.site", "queues.name"], name="fk_rules_site_queue_queues"
        ),
        sa.PrimaryKeyConstraint("name", "site", name="pk_rules"),
    )
