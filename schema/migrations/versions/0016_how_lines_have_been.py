"""How the lines of boards have been."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

OPEN = sa.text("ended_at IS NULL")


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "line_states",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("line", sa.String(), nullable=False),
        sa.Column("trunk", sa.String(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('up', 'red', 'yellow', 'blue', 'loopback', 'recovering', 'no_signalling', 'closed', "
            "'missing')",
            name=op.f("ck_line_states_state"),
        ),
        sa.PrimaryKeyConstraint("id", name="pk_line_states"),
    )
    for name in ("line", "began_at"):
        op.create_index(f"ix_line_states_{name}", "line_states", [name])
    op.create_index(
        "uq_line_states_open",
        "line_states",
        ["line"],
        unique=True,
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    )
