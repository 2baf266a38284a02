"""What is to be done is found by indexes of its own, however many calls are past."""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
UNSENT = "state IN ('waiting', 'sending')"
WHERE: Mapping[str, tuple[str, str, str]] = {
    "ix_calls_open": ("calls", "started_at", "state = 'open'"),
    "ix_recordings_kept": ("recordings", "started_at", "path IS NOT NULL"),
    "ix_recordings_to_convert": ("recordings", "started_at", "wanted_format IS NOT NULL"),
    "ix_recordings_to_copy": (
        "recordings",
        "started_at",
        "path IS NOT NULL AND wanted_format IS NULL AND copied_at IS NULL",
    ),
    "ix_recordings_to_forget": ("recordings", "id", "path IS NULL AND copied_at IS NOT NULL"),
    "ix_recording_copies_local": ("recording_copies", "stored_at", "local_gone_at IS NULL"),
    "ix_message_marks_to_move": (
        "message_marks",
        "message_id",
        "heard_at IS NOT NULL AND deleted_at IS NULL AND moved_at IS NULL",
    ),
    "ix_message_marks_to_remove": (
        "message_marks",
        "message_id",
        "deleted_at IS NOT NULL AND removed_at IS NULL",
    ),
    "ix_kept_places_open": ("kept_places", "state", "ended_at IS NULL"),
    "ix_callback_requests_open": ("callback_requests", "queue", "state = 'open'"),
    "ix_notices_unsent": ("notices", "state due_at", UNSENT),
    "ix_invitations_unsent": ("invitations", "state due_at", UNSENT),
    "ix_invitations_usable": ("invitations", "expires_at", "state IN ('waiting', 'sent')"),
}
"""Indexes of some rows: table, columns, which rows."""
WHOLE = (("agent_logins", "ended_at"), ("gaps", "ended_at"), ("survey_answers", "at"))
LEFT = (
    ("calls", "state"),
    ("recordings", "state"),
    ("recording_copies", "stored_at"),
    ("kept_places", "state"),
    ("notices", "state_due_at"),
    ("invitations", "state_due_at"),
)
"""Of all rows; what is asked for by them is found by the new ones."""


def upgrade() -> None:
    """Two columns filled by what is known, and the indexes."""
    op.add_column("recordings", sa.Column("copied_at", MOMENT, nullable=True))
    op.execute(
        "UPDATE recordings SET copied_at = "
        "(SELECT stored_at FROM recording_copies WHERE recording_id = recordings.id) "
        "WHERE id IN (SELECT recording_id FROM recording_copies)"
    )
    op.add_column("message_marks", sa.Column("moved_at", MOMENT, nullable=True))
    op.execute(
        "UPDATE message_marks SET moved_at = heard_at WHERE heard_at IS NOT NULL AND message_id NOT IN "
        "(SELECT message_id FROM voicemail_messages WHERE path LIKE '%/INBOX/%')"
    )
    for table, column in LEFT:
        op.drop_index(f"ix_{table}_{column}", table)
    for name, (table, columns, condition) in WHERE.items():
        where = sa.text(condition)
        op.create_index(name, table, columns.split(), sqlite_where=where, postgresql_where=where)
    for table, column in WHOLE:
        op.create_index(f"ix_{table}_{column}", table, [column])
