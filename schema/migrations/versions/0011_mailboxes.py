"""What was done with voicemail messages."""

from __future__ import annotations

from functools import partial

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

TEXT = sa.String()
MOMENT = sa.DateTime(timezone=True)
column = partial(sa.Column, nullable=False)
maybe = partial(sa.Column, nullable=True)


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "message_marks",
        column("message_id", TEXT),
        maybe("heard_at", MOMENT),
        maybe("deleted_at", MOMENT),
        maybe("by", TEXT),
        maybe("removed_at", MOMENT),
        sa.PrimaryKeyConstraint("message_id", name="pk_message_marks"),
    )
