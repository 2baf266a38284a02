"""Places in queues that callers keep after they have hung up."""

from __future__ import annotations

from functools import partial

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

TEXT = sa.String()
MOMENT = sa.DateTime(timezone=True)
WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
column = partial(sa.Column, nullable=False)
maybe = partial(sa.Column, nullable=True)


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "kept_places",
        column("id", WHOLE),
        column("call_id", TEXT),
        column("asked_at", MOMENT),
        column("queue", TEXT),
        column("number", TEXT),
        column("joined_at", MOMENT),
        column("priority", WHOLE),
        maybe("language", TEXT),
        column("state", TEXT),
        column("tries", WHOLE),
        column("next_at", MOMENT),
        maybe("back_call_id", TEXT),
        maybe("ended_at", MOMENT),
        sa.CheckConstraint(
            "state IN ('waiting', 'ringing', 'done', 'failed', 'cancelled')",
            name=op.f("ck_kept_places_state"),
        ),
        sa.PrimaryKeyConstraint("id", name="pk_kept_places"),
        sa.UniqueConstraint("call_id", "asked_at", name="uq_kept_places_call_id_asked_at"),
    )
    for name in ("queue", "state", "back_call_id"):
        op.create_index(f"ix_kept_places_{name}", "kept_places", [name])
