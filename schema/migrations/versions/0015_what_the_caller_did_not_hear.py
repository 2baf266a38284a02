"""Of a leg that was joined with others than the caller, where that was."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; of legs that are over nothing is known."""
    op.add_column("legs", sa.Column("apart", sa.JSON(), nullable=True))
