"""Mailboxes closed by wrong PINs, and what was done with their messages."""

from __future__ import annotations

from functools import partial

import sqlalchemy as sa
from alembic import op

revision = "0010c"
down_revision = "0009"
branch_labels = None
depends_on = None

TEXT = sa.String()
MOMENT = sa.DateTime(timezone=True)
WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
column = partial(sa.Column, nullable=False)
maybe = partial(sa.Column, nullable=True)


def upgrade() -> None:
    """Make both tables."""
    op.create_table(
        "mailbox_locks",
        column("mailbox", TEXT),
        column("failures", WHOLE),
        column("failed_at", MOMENT),
        maybe("closed_until", MOMENT),
        sa.PrimaryKeyConstraint("mailbox", name="pk_mailbox_locks"),
    )
    op.create_table(
        "message_marks",
        column("message_id", TEXT),
        maybe("heard_at", MOMENT),
        maybe("deleted_at", MOMENT),
        maybe("by", TEXT),
        maybe("removed_at", MOMENT),
        sa.PrimaryKeyConstraint("message_id", name="pk_message_marks"),
    )
