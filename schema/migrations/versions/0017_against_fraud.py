"""What went outside, who is shut out, and follow-ups that tell of toll fraud."""

from __future__ import annotations

from functools import partial

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

TEXT = sa.String()
MOMENT = sa.DateTime(timezone=True)
WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
CHECKS = {
    "kind": ("bad_score", "missed_call", "abandoned", "voicemail", "callback", "toll_fraud"),
    "state": ("open", "taken", "done"),
}
column = partial(sa.Column, nullable=False)
maybe = partial(sa.Column, nullable=True)


def upgrade() -> None:
    """Make the tables and let follow-ups have the new kind."""
    op.create_table(
        "outgoing_calls",
        column("id", WHOLE),
        column("call_id", TEXT),
        column("at", MOMENT),
        column("person", TEXT),
        column("number", TEXT),
        column("abroad", sa.Boolean()),
        sa.PrimaryKeyConstraint("id", name="pk_outgoing_calls"),
    )
    op.create_index("ix_outgoing_calls_call_id", "outgoing_calls", ["call_id"])
    op.create_index("ix_outgoing_calls_at", "outgoing_calls", ["at"])
    op.create_index("ix_outgoing_calls_person_at", "outgoing_calls", ["person", "at"])
    op.create_table(
        "bans",
        column("id", WHOLE),
        column("address", TEXT),
        column("began_at", MOMENT),
        column("until", MOMENT),
        column("by", TEXT),
        column("reason", TEXT),
        maybe("lifted_at", MOMENT),
        maybe("lifted_by", TEXT),
        sa.PrimaryKeyConstraint("id", name="pk_bans"),
    )
    op.create_index("ix_bans_address", "bans", ["address"])
    op.create_index("ix_bans_until", "bans", ["until"])
    if op.get_bind().dialect.name == "postgresql":  # SQLite's table is made anew without them
        for name in CHECKS:
            op.drop_constraint(op.f(f"ck_follow_ups_{name}"), "follow_ups", type_="check")
    with op.batch_alter_table("follow_ups") as follow_ups:
        for name, words in CHECKS.items():
            listed = ", ".join(f"'{word}'" for word in words)
            follow_ups.create_check_constraint(op.f(f"ck_follow_ups_{name}"), f"{name} IN ({listed})")
