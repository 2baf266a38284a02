"""One agent at a seat: of two open log-ins at one, the newer stays."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

OPEN = sa.text("ended_at IS NULL")


def upgrade() -> None:
    """End what two log-ins at once may have left behind, then see that it can't be again."""
    op.execute(
        "UPDATE agent_logins SET ended_at = (SELECT min(newer.began_at) FROM agent_logins AS newer"
        " WHERE newer.seat = agent_logins.seat AND newer.ended_at IS NULL AND newer.id > agent_logins.id)"
        " WHERE ended_at IS NULL AND EXISTS (SELECT 1 FROM agent_logins AS newer"
        " WHERE newer.seat = agent_logins.seat AND newer.ended_at IS NULL AND newer.id > agent_logins.id)"
    )
    op.create_index(
        "uq_agent_logins_open_seat",
        "agent_logins",
        ["seat"],
        unique=True,
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    )
