"""What happened: calls and all that belongs to them, config versions, the audit."""

from __future__ import annotations

from functools import partial

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TEXT = sa.String()
JSON = sa.JSON()
MOMENT = sa.DateTime(timezone=True)
WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
column = partial(sa.Column, nullable=False)


def upgrade() -> None:
    """Make the tables, those that others refer to first."""
    _calls()
    _legs()
    _visits()
    _steps()
    _recordings()
    _scores()
    _survey_answers()
    _voicemail_messages()
    _callback_requests()
    _agent_logins()
    _gaps()
    _ledger_positions()
    _config_versions()
    _audit()


def _calls() -> None:
    op.create_table(
        "calls",
        column("call_id", TEXT),
        column("direction", TEXT),
        column("trunk", TEXT, nullable=True),
        column("did", TEXT, nullable=True),
        column("caller", TEXT, nullable=True),
        column("started_at", MOMENT),
        column("answered_at", MOMENT, nullable=True),
        column("ended_at", MOMENT, nullable=True),
        column("state", TEXT),
        column("ended_by", TEXT, nullable=True),
        column("cause", WHOLE, nullable=True),
        sa.CheckConstraint("direction IN ('inbound', 'outbound', 'inside')", name=op.f("ck_calls_direction")),
        sa.CheckConstraint("state IN ('open', 'closed')", name=op.f("ck_calls_state")),
        sa.PrimaryKeyConstraint("call_id", name="pk_calls"),
    )
    op.create_index("ix_calls_caller", "calls", ["caller"])
    op.create_index("ix_calls_started_at", "calls", ["started_at"])
    op.create_index("ix_calls_state", "calls", ["state"])
    op.create_index("ix_calls_trunk", "calls", ["trunk"])


def _legs() -> None:
    op.create_table(
        "legs",
        column("call_id", TEXT),
        column("uniqueid", TEXT),
        column("channel", TEXT),
        column("kind", TEXT),
        column("endpoint", TEXT, nullable=True),
        column("agent", TEXT, nullable=True),
        column("started_at", MOMENT),
        column("answered_at", MOMENT, nullable=True),
        column("ended_at", MOMENT, nullable=True),
        column("cause", WHOLE, nullable=True),
        column("ring_ms", WHOLE),
        column("talk_ms", WHOLE),
        column("hold_ms", WHOLE),
        sa.CheckConstraint(
            "kind IN ('caller', 'agent', 'seat', 'outside', 'local')", name=op.f("ck_legs_kind")
        ),
        sa.PrimaryKeyConstraint("call_id", "uniqueid", name="pk_legs"),
    )
    op.create_index("ix_legs_agent", "legs", ["agent"])
    op.create_index("ix_legs_uniqueid", "legs", ["uniqueid"])


def _visits() -> None:
    op.create_table(
        "visits",
        column("call_id", TEXT),
        column("number", WHOLE),
        column("queue", TEXT),
        column("joined_at", MOMENT),
        column("position", WHOLE, nullable=True),
        column("left_at", MOMENT, nullable=True),
        column("outcome", TEXT, nullable=True),
        column("key", TEXT, nullable=True),
        column("wait_ms", WHOLE, nullable=True),
        column("agent", TEXT, nullable=True),
        column("answered_at", MOMENT, nullable=True),
        column("talk_ms", WHOLE),
        column("ended_by", TEXT, nullable=True),
        sa.CheckConstraint(
            "outcome IN ('answered', 'abandoned', 'timeout', 'full', 'nobody', 'key', 'lost')",
            name=op.f("ck_visits_outcome"),
        ),
        sa.PrimaryKeyConstraint("call_id", "number", name="pk_visits"),
    )
    op.create_index("ix_visits_agent", "visits", ["agent"])
    op.create_index("ix_visits_joined_at", "visits", ["joined_at"])
    op.create_index("ix_visits_queue_joined_at", "visits", ["queue", "joined_at"])


def _steps() -> None:
    op.create_table(
        "steps",
        column("id", WHOLE),
        column("call_id", TEXT),
        column("uniqueid", TEXT),
        column("at", MOMENT),
        column("number", WHOLE),
        column("flow", TEXT),
        column("step", TEXT),
        column("kind", TEXT),
        column("version", WHOLE),
        column("heard", JSON),
        column("keys", TEXT, nullable=True),
        column("outcome", TEXT),
        column("next", TEXT, nullable=True),
        column("reason", TEXT),
        sa.PrimaryKeyConstraint("id", name="pk_steps"),
        sa.UniqueConstraint(
            "call_id", "uniqueid", "at", "number", name="uq_steps_call_id_uniqueid_at_number"
        ),
    )


def _recordings() -> None:
    op.create_table(
        "recordings",
        column("id", WHOLE),
        column("call_id", TEXT),
        column("uniqueid", TEXT),
        column("agent", TEXT, nullable=True),
        column("queue", TEXT, nullable=True),
        column("state", TEXT),
        column("reason", TEXT, nullable=True),
        column("path", TEXT, nullable=True),
        column("started_at", MOMENT),
        column("duration_ms", WHOLE, nullable=True),
        column("bytes", WHOLE, nullable=True),
        column("sha256", TEXT, nullable=True),
        sa.CheckConstraint(
            "state IN ('recording', 'ready', 'truncated', 'failed', 'missing')",
            name=op.f("ck_recordings_state"),
        ),
        sa.PrimaryKeyConstraint("id", name="pk_recordings"),
        sa.UniqueConstraint("uniqueid", name="uq_recordings_uniqueid"),
    )
    op.create_index("ix_recordings_agent", "recordings", ["agent"])
    op.create_index("ix_recordings_call_id", "recordings", ["call_id"])
    op.create_index("ix_recordings_queue", "recordings", ["queue"])
    op.create_index("ix_recordings_started_at", "recordings", ["started_at"])
    op.create_index("ix_recordings_state", "recordings", ["state"])


def _scores() -> None:
    op.create_table(
        "scores",
        column("call_id", TEXT),
        column("visit", WHOLE),
        column("outcome", TEXT),
        column("reason", TEXT, nullable=True),
        column("score", WHOLE, nullable=True),
        column("keys", TEXT, nullable=True),
        column("survey", TEXT, nullable=True),
        column("agent", TEXT, nullable=True),
        column("queue", TEXT),
        column("trunk", TEXT, nullable=True),
        column("caller", TEXT, nullable=True),
        column("at", MOMENT),
        sa.CheckConstraint("(outcome = 'scored') = (score IS NOT NULL)", name=op.f("ck_scores_score_given")),
        sa.CheckConstraint(
            "outcome IN ('scored', 'no_answer', 'wrong_key', 'caller_hung_up', 'not_offered')",
            name=op.f("ck_scores_outcome"),
        ),
        sa.CheckConstraint("score BETWEEN 1 AND 4", name=op.f("ck_scores_score")),
        sa.PrimaryKeyConstraint("call_id", "visit", name="pk_scores"),
    )
    op.create_index("ix_scores_agent_at", "scores", ["agent", "at"])
    op.create_index("ix_scores_queue_at", "scores", ["queue", "at"])


def _survey_answers() -> None:
    op.create_table(
        "survey_answers",
        column("id", WHOLE),
        column("call_id", TEXT),
        column("survey", TEXT),
        column("at", MOMENT),
        column("outcome", TEXT),
        column("score", WHOLE, nullable=True),
        column("keys", TEXT, nullable=True),
        sa.CheckConstraint(
            "outcome IN ('asked', 'scored', 'no_answer', 'wrong_key', 'caller_hung_up')",
            name=op.f("ck_survey_answers_outcome"),
        ),
        sa.PrimaryKeyConstraint("id", name="pk_survey_answers"),
        sa.UniqueConstraint("call_id", "at", name="uq_survey_answers_call_id_at"),
    )


def _voicemail_messages() -> None:
    op.create_table(
        "voicemail_messages",
        column("id", WHOLE),
        column("call_id", TEXT, nullable=True),
        column("mailbox", TEXT),
        column("message_id", TEXT),
        column("path", TEXT),
        column("caller", TEXT, nullable=True),
        column("left_at", MOMENT),
        column("duration_ms", WHOLE),
        sa.PrimaryKeyConstraint("id", name="pk_voicemail_messages"),
        sa.UniqueConstraint("message_id", name="uq_voicemail_messages_message_id"),
    )
    op.create_index("ix_voicemail_messages_call_id", "voicemail_messages", ["call_id"])
    op.create_index("ix_voicemail_messages_mailbox", "voicemail_messages", ["mailbox"])


def _callback_requests() -> None:
    op.create_table(
        "callback_requests",
        column("id", WHOLE),
        column("call_id", TEXT),
        column("queue", TEXT),
        column("number", TEXT),
        column("asked_at", MOMENT),
        column("state", TEXT),
        sa.PrimaryKeyConstraint("id", name="pk_callback_requests"),
        sa.UniqueConstraint("call_id", "asked_at", name="uq_callback_requests_call_id_asked_at"),
    )


def _agent_logins() -> None:
    op.create_table(
        "agent_logins",
        column("id", WHOLE),
        column("agent", TEXT),
        column("seat", TEXT),
        column("began_at", MOMENT),
        column("ended_at", MOMENT, nullable=True),
        column("paused_reason", TEXT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_agent_logins"),
    )
    op.create_index("ix_agent_logins_agent", "agent_logins", ["agent"])
    op.create_index(
        "uq_agent_logins_open",
        "agent_logins",
        ["agent"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )


def _gaps() -> None:
    op.create_table(
        "gaps",
        column("id", WHOLE),
        column("source", TEXT),
        column("began_at", MOMENT),
        column("ended_at", MOMENT, nullable=True),
        column("reason", TEXT),
        column("found", JSON),
        sa.PrimaryKeyConstraint("id", name="pk_gaps"),
    )


def _ledger_positions() -> None:
    op.create_table(
        "ledger_positions",
        column("ledger", TEXT),
        column("inode", WHOLE),
        column("offset", WHOLE),
        sa.PrimaryKeyConstraint("ledger", name="pk_ledger_positions"),
    )


def _config_versions() -> None:
    op.create_table(
        "config_versions",
        column("number", WHOLE),
        column("created_at", MOMENT),
        column("state", TEXT),
        column("digest", TEXT),
        column("by", TEXT),
        column("note", TEXT, nullable=True),
        sa.CheckConstraint(
            "state IN ('staged', 'live', 'former', 'refused', 'failed')",
            name=op.f("ck_config_versions_state"),
        ),
        sa.PrimaryKeyConstraint("number", name="pk_config_versions"),
    )


def _audit() -> None:
    op.create_table(
        "audit",
        column("id", WHOLE),
        column("at", MOMENT),
        column("by", TEXT),
        column("action", TEXT),
        column("subject", TEXT),
        column("detail", JSON),
        sa.PrimaryKeyConstraint("id", name="pk_audit"),
    )
    op.create_index("ix_audit_subject", "audit", ["subject"])
