"""Other sites, and the calls that came from them."""

from __future__ import annotations

from functools import partial

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

TEXT = sa.String()
WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
column = partial(sa.Column, nullable=False)


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "peers",
        column("name", TEXT),
        column("title", TEXT),
        column("trunk", TEXT),
        column("site", TEXT),
        column("position", WHOLE),
        column("settings", sa.JSON()),
        sa.ForeignKeyConstraint(["site"], ["sites.name"], name="fk_peers_site_sites", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["site", "trunk"], ["trunks.site", "trunks.name"], name="fk_peers_site_trunk_trunks"
        ),
        sa.PrimaryKeyConstraint("name", "site", name="pk_peers"),
    )
    op.create_table(
        "linked_calls",
        column("id", WHOLE),
        column("call_id", TEXT),
        column("site", TEXT),
        column("joint_id", TEXT),
        column("at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name="pk_linked_calls"),
        sa.UniqueConstraint("call_id", name="uq_linked_calls_call_id"),
    )
    op.create_index("ix_linked_calls_joint_id", "linked_calls", ["joint_id"])
