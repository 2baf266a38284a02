"""The ways out of the house, and what inside numbers do with calls."""

from __future__ import annotations

from functools import partial

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

TEXT = sa.String()
WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
column = partial(sa.Column, nullable=False)
maybe = partial(sa.Column, nullable=True)


def upgrade() -> None:
    """Make both tables."""
    op.create_table(
        "routes",
        column("name", TEXT),
        column("title", TEXT),
        column("site", TEXT),
        column("position", WHOLE),
        column("settings", sa.JSON()),
        sa.ForeignKeyConstraint(["site"], ["sites.name"], name="fk_routes_site_sites", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("name", "site", name="pk_routes"),
    )
    op.create_table(
        "desk_settings",
        column("number", TEXT),
        column("do_not_disturb", sa.Boolean()),
        maybe("always", TEXT),
        maybe("busy", TEXT),
        maybe("no_answer", TEXT),
        maybe("unreachable", TEXT),
        maybe("ring_seconds", WHOLE),
        maybe("follow_me", TEXT),
        column("changed_at", sa.DateTime(timezone=True)),
        column("changed_by", TEXT),
        sa.PrimaryKeyConstraint("number", name="pk_desk_settings"),
    )
