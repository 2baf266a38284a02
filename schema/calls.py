"""What happened: calls, their legs, steps, queue visits, recordings, scores, voicemails and gaps.

A call's key is its ``call_id``: the linkedid the caller's leg began with. Rows of steps, scores and
recordings may come before the call's own row (another process writes them), so they carry the
``call_id`` without a foreign key.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from schema.base import Base, index_where, is_one_of, one_of


class Call(Base):
    """What one caller experienced, from the first ring to the last hang-up."""

    __tablename__ = "calls"
    __table_args__ = (
        one_of("direction", "inbound", "outbound", "inside"),
        one_of("state", "open", "closed"),
        Index("ix_calls_caller_started_at", "caller", "started_at"),
        index_where("ix_calls_open", "state = 'open'", "started_at"),
    )

    call_id: Mapped[str] = mapped_column(primary_key=True)
    direction: Mapped[str]
    """inbound, outbound or inside."""
    trunk: Mapped[str | None] = mapped_column(index=True)
    did: Mapped[str | None]
    caller: Mapped[str | None]
    started_at: Mapped[dt.datetime] = mapped_column(index=True)
    answered_at: Mapped[dt.datetime | None]
    ended_at: Mapped[dt.datetime | None]
    state: Mapped[str]
    """open or closed."""
    ended_by: Mapped[str | None]
    """caller, agent, hotline, or pbx_restart (closed without a hang-up having been seen)."""
    cause: Mapped[int | None]
    """Q.850 cause of the caller's leg."""


IS_OPEN = is_one_of(Call.state, "open")
"""As ``ix_calls_open`` has it: with a parameter instead all calls there ever were would be read."""


class Leg(Base):
    """One channel of a call. Milliseconds are counted only while the caller is in the same bridge."""

    __tablename__ = "legs"
    __table_args__ = (
        one_of("kind", "caller", "agent", "seat", "outside", "local"),
        Index("ix_legs_uniqueid", "uniqueid"),
    )

    call_id: Mapped[str] = mapped_column(primary_key=True)
    uniqueid: Mapped[str] = mapped_column(primary_key=True)
    channel: Mapped[str]
    kind: Mapped[str]
    """caller, agent, seat, outside or local (a Local half, never shown)."""
    endpoint: Mapped[str | None]
    agent: Mapped[str | None] = mapped_column(index=True)
    started_at: Mapped[dt.datetime]
    answered_at: Mapped[dt.datetime | None]
    ended_at: Mapped[dt.datetime | None]
    cause: Mapped[int | None]
    ring_ms: Mapped[int] = mapped_column(default=0)
    talk_ms: Mapped[int] = mapped_column(default=0)
    hold_ms: Mapped[int] = mapped_column(default=0)
    apart: Mapped[list[list[int]] | None] = mapped_column(JSON(none_as_null=True))
    """Where it was joined with others than the caller, a consultation: begin and end of each piece, in
    milliseconds of the time it was joined with anybody, which is the time its recording knows."""


class Visit(Base):
    """One stay in one queue. ``number`` counts the visits of a call from 1."""

    __tablename__ = "visits"
    __table_args__ = (
        one_of("outcome", "answered", "abandoned", "timeout", "full", "nobody", "key", "lost"),
        Index("ix_visits_queue_joined_at", "queue", "joined_at"),
    )

    call_id: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    queue: Mapped[str]
    joined_at: Mapped[dt.datetime] = mapped_column(index=True)
    position: Mapped[int | None]
    left_at: Mapped[dt.datetime | None]
    outcome: Mapped[str | None]
    """answered, abandoned, timeout, full, nobody, key, or lost (Asterisk went away)."""
    key: Mapped[str | None]
    wait_ms: Mapped[int | None]
    agent: Mapped[str | None] = mapped_column(index=True)
    """The agent who answered."""
    answered_at: Mapped[dt.datetime | None]
    talk_ms: Mapped[int] = mapped_column(default=0)
    ended_by: Mapped[str | None]
    """caller, agent or transfer, for an answered visit."""


class Step(Base):
    """One thing the flow did or decided, in order of ``at`` then ``number``."""

    __tablename__ = "steps"
    __table_args__ = (UniqueConstraint("call_id", "uniqueid", "at", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[str]
    uniqueid: Mapped[str]
    at: Mapped[dt.datetime]
    number: Mapped[int]
    """Order within the script that wrote it."""
    flow: Mapped[str]
    step: Mapped[str]
    kind: Mapped[str]
    version: Mapped[int]
    heard: Mapped[list[str]]
    """Prompts played, by name; spoken values as say:kind."""
    keys: Mapped[str | None]
    """Keys typed, masked as * where the step masks them."""
    outcome: Mapped[str]
    next: Mapped[str | None]
    reason: Mapped[str]
    """Why it went that way, one sentence."""


class Recording(Base):
    """What became of one agent leg's talk: one file, or why there is none."""

    __tablename__ = "recordings"
    __table_args__ = (
        one_of("state", "recording", "ready", "truncated", "failed", "missing", "not_recorded", "deleted"),
        one_of("sides", "stereo", "mixed"),
        one_of("wanted_format", "wav49", "mp3", "opus"),
        index_where("ix_recordings_kept", "path IS NOT NULL", "started_at"),
        index_where("ix_recordings_released", "path IS NOT NULL AND released_at IS NOT NULL", "released_at"),
        index_where("ix_recordings_to_convert", "wanted_format IS NOT NULL", "started_at"),
        index_where(
            "ix_recordings_to_copy",
            "path IS NOT NULL AND wanted_format IS NULL AND copied_at IS NULL",
            "started_at",
        ),
        index_where("ix_recordings_to_forget", "path IS NULL AND copied_at IS NOT NULL", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[str] = mapped_column(index=True)
    uniqueid: Mapped[str] = mapped_column(unique=True)
    """The agent leg's uniqueid."""
    agent: Mapped[str | None] = mapped_column(index=True)
    queue: Mapped[str | None] = mapped_column(index=True)
    state: Mapped[str]
    """recording, ready, truncated (some of it is missing), failed, missing, not_recorded or deleted."""
    reason: Mapped[str | None]
    path: Mapped[str | None]
    """Below the recordings folder."""
    started_at: Mapped[dt.datetime] = mapped_column(index=True)
    duration_ms: Mapped[int | None]
    bytes: Mapped[int | None]
    sha256: Mapped[str | None]
    sides: Mapped[str | None]
    """stereo (caller left, agent right) or mixed."""
    wanted_format: Mapped[str | None]
    """What the file is still to be converted to."""
    gaps: Mapped[list[dict[str, str]] | None] = mapped_column(JSON(none_as_null=True))
    """Stretches that were kept out of it, each with from, to (UTC) and by; there is silence in the file."""
    held_at: Mapped[dt.datetime | None]
    """Since when it must never be deleted."""
    held_by: Mapped[str | None]
    released_at: Mapped[dt.datetime | None]
    """Since when the rules hold again for what was held."""
    deleted_at: Mapped[dt.datetime | None]
    copied_at: Mapped[dt.datetime | None]
    """Since when there is a copy of it (``schema.recording_copies``); None again when that is deleted."""


WAYS = ("phone", "web")


class Score(Base):
    """What became of the satisfaction question after one answered visit: exactly one row each."""

    __tablename__ = "scores"
    __table_args__ = (
        one_of("outcome", "scored", "no_answer", "wrong_key", "caller_hung_up", "not_offered"),
        CheckConstraint("(outcome = 'scored') = (score IS NOT NULL)", name="score_given"),
        CheckConstraint("score BETWEEN 1 AND 4", name="score"),
        one_of("way", *WAYS),
        Index("ix_scores_agent_at", "agent", "at"),
        Index("ix_scores_queue_at", "queue", "at"),
    )

    call_id: Mapped[str] = mapped_column(primary_key=True)
    visit: Mapped[int] = mapped_column(primary_key=True)
    outcome: Mapped[str]
    """scored, no_answer, wrong_key, caller_hung_up or not_offered."""
    reason: Mapped[str | None]
    """Why it was not offered: caller_left_first, no_survey, transferred, survey_failed, pbx_restart."""
    way: Mapped[str | None]
    """How the question was put: phone, or web (by a link). None: it was not."""
    score: Mapped[int | None]
    keys: Mapped[str | None]
    survey: Mapped[str | None]
    agent: Mapped[str | None]
    queue: Mapped[str]
    trunk: Mapped[str | None]
    caller: Mapped[str | None]
    at: Mapped[dt.datetime]


class SurveyAnswer(Base):
    """What the survey script heard, or a page was told; the score row is made of it and of the journey."""

    __tablename__ = "survey_answers"
    __table_args__ = (
        UniqueConstraint("call_id", "at"),
        one_of("outcome", "asked", "scored", "no_answer", "wrong_key", "caller_hung_up"),
        one_of("way", *WAYS),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[str]
    survey: Mapped[str]
    at: Mapped[dt.datetime] = mapped_column(index=True)
    outcome: Mapped[str]
    """asked (begun, and no end known), scored, no_answer, wrong_key or caller_hung_up."""
    way: Mapped[str] = mapped_column(default="phone")
    """phone or web."""
    visit: Mapped[int | None]
    """The visit a link asked about; on the phone the moment tells."""
    score: Mapped[int | None]
    keys: Mapped[str | None]


class VoicemailMessage(Base):
    """A message a caller left; ``path`` is below the spool."""

    __tablename__ = "voicemail_messages"

    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[str | None] = mapped_column(index=True)
    mailbox: Mapped[str] = mapped_column(index=True)
    message_id: Mapped[str] = mapped_column(unique=True)
    path: Mapped[str]
    caller: Mapped[str | None]
    left_at: Mapped[dt.datetime]
    duration_ms: Mapped[int]


class CallbackRequest(Base):
    """A caller asked to be called back."""

    __tablename__ = "callback_requests"
    __table_args__ = (
        UniqueConstraint("call_id", "asked_at"),
        index_where("ix_callback_requests_open", "state = 'open'", "queue"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[str]
    queue: Mapped[str]
    number: Mapped[str]
    asked_at: Mapped[dt.datetime]
    state: Mapped[str] = mapped_column(default="open")


ASKS = is_one_of(CallbackRequest.state, "open")
"""Of a request that nobody has seen to, as ``ix_callback_requests_open`` has it."""


class Gap(Base):
    """A stretch of time in which something was not seen, and what was done about it."""

    __tablename__ = "gaps"

    id: Mapped[int] = mapped_column(primary_key=True)
    source: Mapped[str]
    """ami, asterisk, database, agi or disk (no room for recordings)."""
    began_at: Mapped[dt.datetime]
    ended_at: Mapped[dt.datetime | None] = mapped_column(index=True)
    reason: Mapped[str]
    found: Mapped[dict[str, Any]]
    """What the snapshot and the ledger put right, by kind: count."""


class LedgerPosition(Base):
    """How far a ledger file has been read into closed rows: reading again from here loses nothing."""

    __tablename__ = "ledger_positions"

    ledger: Mapped[str] = mapped_column(primary_key=True)
    """cel or queue_log, of one Asterisk: ``cel@SYSTEMNAME``."""
    inode: Mapped[int]
    """0: nothing has been read yet."""
    offset: Mapped[int]
    seen_at: Mapped[dt.datetime]
    """When the listener was last at work."""


class AgentLogin(Base):
    """An agent at a seat; the open row (no ``ended_at``) is what the queues' members are made of.

    At most one is open of each agent, and one at each seat.
    """

    __tablename__ = "agent_logins"
    __table_args__ = (
        *(
            index_where(name, "ended_at IS NULL", column, unique=True)
            for name, column in (("uq_agent_logins_open", "agent"), ("uq_agent_logins_open_seat", "seat"))
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    agent: Mapped[str] = mapped_column(index=True)
    seat: Mapped[str]
    began_at: Mapped[dt.datetime]
    ended_at: Mapped[dt.datetime | None] = mapped_column(index=True)
    paused_reason: Mapped[str | None]
    """None: not paused."""
