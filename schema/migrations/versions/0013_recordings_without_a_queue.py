"""Calls without a queue are recorded as well: their decisions name none."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Let the queue be none."""
    with op.batch_alter_table("recording_decisions") as table:
        table.alter_column("queue", existing_type=sa.String(), nullable=True)
