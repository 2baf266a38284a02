"""What callers answer besides the score, and mails about what is to be done."""

from __future__ import annotations

from functools import partial

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
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
        "survey_replies",
        column("id", WHOLE),
        column("call_id", TEXT),
        column("at", MOMENT),
        column("survey", TEXT),
        column("question", TEXT),
        maybe("answer", TEXT),
        maybe("message", TEXT),
        sa.PrimaryKeyConstraint("id", name="pk_survey_replies"),
        sa.UniqueConstraint("call_id", "at", "question", name="uq_survey_replies_call_id_at_question"),
    )
    op.create_table(
        "notices",
        column("id", WHOLE),
        column("kind", TEXT),
        column("key", TEXT),
        column("address", TEXT),
        maybe("attachment", TEXT),
        column("state", TEXT),
        column("tries", WHOLE),
        column("due_at", MOMENT),
        maybe("mailed_at", MOMENT),
        maybe("error", TEXT),
        sa.CheckConstraint(
            "state IN ('waiting', 'sending', 'sent', 'given_up')", name=op.f("ck_notices_state")
        ),
        sa.PrimaryKeyConstraint("id", name="pk_notices"),
        sa.UniqueConstraint("kind", "key", "address", name="uq_notices_kind_key_address"),
    )
    op.create_index("ix_notices_state_due_at", "notices", ["state", "due_at"])
