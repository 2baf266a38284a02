"""Surveys by a link in a message: who was invited, and by which way a score came."""

from __future__ import annotations

from functools import partial
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

TEXT = sa.String()
MOMENT = sa.DateTime(timezone=True)
WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
WAY = "way IN ('phone', 'web')"
CHECKS = {
    "survey_answers": {
        "outcome": "outcome IN ('asked', 'scored', 'no_answer', 'wrong_key', 'caller_hung_up')",
        "way": WAY,
    },
    "scores": {
        "outcome": "outcome IN ('scored', 'no_answer', 'wrong_key', 'caller_hung_up', 'not_offered')",
        "score_given": "(outcome = 'scored') = (score IS NOT NULL)",
        "score": "score BETWEEN 1 AND 4",
        "way": WAY,
    },
}
column = partial(sa.Column, nullable=False)
maybe = partial(sa.Column, nullable=True)


def upgrade() -> None:
    """Make the table; what was asked until now was asked by phone."""
    op.create_table(
        "invitations",
        column("id", WHOLE),
        column("token", TEXT),
        column("call_id", TEXT),
        column("visit", WHOLE),
        column("survey", TEXT),
        column("number", TEXT),
        column("language", TEXT),
        column("state", TEXT),
        column("tries", WHOLE),
        column("due_at", MOMENT),
        maybe("error", TEXT),
        column("created_at", MOMENT),
        maybe("sent_at", MOMENT),
        maybe("answered_at", MOMENT),
        column("expires_at", MOMENT),
        sa.CheckConstraint(
            "state IN ('waiting', 'sending', 'sent', 'given_up', 'answered', 'expired')",
            name=op.f("ck_invitations_state"),
        ),
        sa.PrimaryKeyConstraint("id", name="pk_invitations"),
        sa.UniqueConstraint("token", name="uq_invitations_token"),
        sa.UniqueConstraint("call_id", "visit", name="uq_invitations_call_id_visit"),
    )
    op.create_index("ix_invitations_state_due_at", "invitations", ["state", "due_at"])
    op.create_index("ix_invitations_number_created_at", "invitations", ["number", "created_at"])
    op.add_column("survey_replies", maybe("words", TEXT))
    _make_anew("survey_answers", column("way", TEXT, server_default="phone"), maybe("visit", WHOLE))
    _make_anew("scores", maybe("way", TEXT))
    op.execute("UPDATE scores SET way = 'phone' WHERE outcome <> 'not_offered'")


def _make_anew(table: str, *columns: sa.Column[Any]) -> None:
    """With these columns and the table's checks."""
    if op.get_bind().dialect.name == "postgresql":  # SQLite's table is made anew without them
        for name in CHECKS[table].keys() - {"way"}:
            op.drop_constraint(op.f(f"ck_{table}_{name}"), table, type_="check")
    with op.batch_alter_table(table) as changed:
        for new in columns:
            changed.add_column(new)
        for name, condition in CHECKS[table].items():
            changed.create_check_constraint(op.f(f"ck_{table}_{name}"), condition)
