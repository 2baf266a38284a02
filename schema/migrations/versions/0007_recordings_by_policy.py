"""Recordings by policy: why or why not, pauses, formats, legal hold and deletion."""

from __future__ import annotations

from functools import partial

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

TEXT = sa.String()
MOMENT = sa.DateTime(timezone=True)
WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
column = partial(sa.Column, nullable=False)
optional = partial(sa.Column, nullable=True)
CHECKS = {
    "state": ("recording", "ready", "truncated", "failed", "missing", "not_recorded", "deleted"),
    "sides": ("stereo", "mixed"),
    "wanted_format": ("wav49", "mp3", "opus"),
}


def upgrade() -> None:
    """Make the tables, and let a recording's row say more."""
    _decisions()
    _pauses()
    if op.get_bind().dialect.name == "postgresql":  # SQLite's table is made anew without it
        op.drop_constraint(op.f("ck_recordings_state"), "recordings", type_="check")
    with op.batch_alter_table("recordings") as recordings:
        recordings.add_column(optional("sides", TEXT))
        recordings.add_column(optional("wanted_format", TEXT))
        recordings.add_column(optional("gaps", sa.JSON()))
        recordings.add_column(optional("held_at", MOMENT))
        recordings.add_column(optional("held_by", TEXT))
        recordings.add_column(optional("deleted_at", MOMENT))
        for name, words in CHECKS.items():
            listed = ", ".join(f"'{word}'" for word in words)
            recordings.create_check_constraint(op.f(f"ck_recordings_{name}"), f"{name} IN ({listed})")
    op.execute("UPDATE recordings SET sides = 'stereo' WHERE path IS NOT NULL")


def _decisions() -> None:
    op.create_table(
        "recording_decisions",
        column("id", WHOLE),
        column("call_id", TEXT),
        column("at", MOMENT),
        column("queue", TEXT),
        column("record", sa.Boolean()),
        column("reason", TEXT),
        optional("consent", TEXT),
        sa.CheckConstraint(
            "consent IN ('told', 'agreed', 'refused', 'silent')",
            name=op.f("ck_recording_decisions_consent"),
        ),
        sa.PrimaryKeyConstraint("id", name="pk_recording_decisions"),
        sa.UniqueConstraint("call_id", "at", name="uq_recording_decisions_call_id_at"),
    )


def _pauses() -> None:
    op.create_table(
        "recording_pauses",
        column("id", WHOLE),
        column("call_id", TEXT),
        column("uniqueid", TEXT),
        column("channel", TEXT),
        column("began_at", MOMENT),
        column("resume_at", MOMENT),
        optional("ended_at", MOMENT),
        column("by", TEXT),
        optional("ended_by", TEXT),
        sa.PrimaryKeyConstraint("id", name="pk_recording_pauses"),
    )
    op.create_index("ix_recording_pauses_uniqueid", "recording_pauses", ["uniqueid"])
    op.create_index(
        "uq_recording_pauses_open",
        "recording_pauses",
        ["uniqueid"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
