"""Since when a recording is held no more."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

RELEASED = sa.text("path IS NOT NULL AND released_at IS NOT NULL")


def upgrade() -> None:
    """What was released before is found by the daily look at all."""
    op.add_column("recordings", sa.Column("released_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_recordings_released",
        "recordings",
        ["released_at"],
        sqlite_where=RELEASED,
        postgresql_where=RELEASED,
    )
