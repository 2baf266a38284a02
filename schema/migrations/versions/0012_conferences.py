"""Conferences and who was in them."""

from __future__ import annotations

from functools import partial

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

TEXT = sa.String()
MOMENT = sa.DateTime(timezone=True)
WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
column = partial(sa.Column, nullable=False)
maybe = partial(sa.Column, nullable=True)


def upgrade() -> None:
    """Make the tables, and that of the site's rooms."""
    op.create_table(
        "conferences",
        column("bridge", TEXT),
        column("room", TEXT),
        column("started_at", MOMENT),
        maybe("ended_at", MOMENT),
        maybe("recording", TEXT),
        sa.PrimaryKeyConstraint("bridge", name="pk_conferences"),
    )
    op.create_index("ix_conferences_room", "conferences", ["room"])
    op.create_index("ix_conferences_started_at", "conferences", ["started_at"])
    op.create_table(
        "conference_members",
        column("bridge", TEXT),
        column("uniqueid", TEXT),
        column("joined_at", MOMENT),
        column("call_id", TEXT),
        maybe("number", TEXT),
        column("host", sa.Boolean()),
        maybe("left_at", MOMENT),
        sa.PrimaryKeyConstraint("bridge", "uniqueid", "joined_at", name="pk_conference_members"),
    )
    op.create_index("ix_conference_members_call_id", "conference_members", ["call_id"])
    op.create_table(
        "rooms",
        column("number", TEXT),
        column("title", TEXT),
        column("site", TEXT),
        column("position", WHOLE),
        column("settings", sa.JSON()),
        sa.ForeignKeyConstraint(["site"], ["sites.name"], name="fk_rooms_site_sites", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("number", "site", name="pk_rooms"),
    )
