"""Tasks that calls leave behind."""

from __future__ import annotations

from functools import partial

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
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
        "follow_ups",
        column("id", WHOLE),
        column("kind", TEXT),
        column("key", TEXT),
        maybe("call_id", TEXT),
        maybe("visit", WHOLE),
        maybe("queue", TEXT),
        maybe("agent", TEXT),
        maybe("number", TEXT),
        maybe("detail", TEXT),
        column("opened_at", MOMENT),
        column("state", TEXT),
        maybe("taken_by", TEXT),
        maybe("taken_at", MOMENT),
        maybe("closed_at", MOMENT),
        maybe("result", TEXT),
        sa.CheckConstraint(
            "kind IN ('bad_score', 'missed_call', 'abandoned', 'voicemail', 'callback')",
            name=op.f("ck_follow_ups_kind"),
        ),
        sa.CheckConstraint("state IN ('open', 'taken', 'done')", name=op.f("ck_follow_ups_state")),
        sa.PrimaryKeyConstraint("id", name="pk_follow_ups"),
        sa.UniqueConstraint("kind", "key", name="uq_follow_ups_kind_key"),
    )
    for name in ("call_id", "queue", "agent", "number"):
        op.create_index(f"ix_follow_ups_{name}", "follow_ups", [name])
    op.create_index("ix_follow_ups_state_opened_at", "follow_ups", ["state", "opened_at"])
