"""What agents do with their time, why they may pause, and how often a PIN was wrong."""

from __future__ import annotations

from functools import partial

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TEXT = sa.String()
MOMENT = sa.DateTime(timezone=True)
WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
OPEN = sa.text("ended_at IS NULL")
column = partial(sa.Column, nullable=False)


def upgrade() -> None:
    """Make the tables; who is logged in by now has been ready, or paused, since they came."""
    _states()
    op.create_table(
        "pin_tries",
        column("agent", TEXT),
        column("wrong", WHOLE),
        sa.Column("locked_until", MOMENT),
        sa.PrimaryKeyConstraint("agent", name="pk_pin_tries"),
    )
    op.create_table(
        "pause_reasons",
        column("name", TEXT),
        column("site", TEXT),
        column("position", WHOLE),
        column("settings", sa.JSON()),
        sa.ForeignKeyConstraint(
            ["site"], ["sites.name"], name="fk_pause_reasons_site_sites", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("name", "site", name="pk_pause_reasons"),
    )
    op.execute(
        "INSERT INTO agent_states (agent, seat, state, reason, began_at, held)"
        " SELECT agent, seat, CASE WHEN paused_reason IS NULL THEN 'ready' ELSE 'paused' END, paused_reason,"
        " began_at, false FROM agent_logins WHERE ended_at IS NULL"
    )


def _states() -> None:
    op.create_table(
        "agent_states",
        column("id", WHOLE),
        column("agent", TEXT),
        column("seat", TEXT),
        column("state", TEXT),
        sa.Column("reason", TEXT),
        column("began_at", MOMENT),
        sa.Column("until", MOMENT),
        column("held", sa.Boolean()),
        sa.Column("ended_at", MOMENT),
        sa.CheckConstraint(
            "state IN ('ready', 'paused', 'wrapup', 'unreachable')", name=op.f("ck_agent_states_state")
        ),
        sa.PrimaryKeyConstraint("id", name="pk_agent_states"),
    )
    op.create_index("ix_agent_states_agent_began_at", "agent_states", ["agent", "began_at"])
    op.create_index(
        "uq_agent_states_open",
        "agent_states",
        ["agent"],
        unique=True,
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    )
