"""The site's rules on an ended leg: on what terms its file is kept, and why it may rightly have none."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import Session

from callcenter.ports import TalkedLeg
from callcenter.recording_policy import (
    Terms,
    agent_percents,
    answer_of,
    decide,
    draw,
    static_decision,
    terms,
)
from callcenter.site import Site
from schema.calls import Gap
from schema.recordings import RecordingDecision

DISK = "disk"
"""The source of gaps in which nothing could be recorded."""


class LegPolicy:
    """Rules of ``site``, which may be replaced at any time, on legs."""

    def __init__(self, site: Site) -> None:
        self.site = site

    def terms(self, leg: TalkedLeg) -> Terms:
        """How the leg's file is to be kept."""
        return terms(self.site, leg.trunk, leg.queue, leg.agent)

    def without_file(self, session: Session, leg: TalkedLeg) -> tuple[str, str]:
        """The state of a leg that left no file, not_recorded or missing, and why."""
        rightly = self._why_not(session, leg)
        if rightly is not None:
            return "not_recorded", rightly
        return "missing", _with_disk(session, leg, "Asterisk wrote no file for this leg")

    def _why_not(self, session: Session, leg: TalkedLeg) -> str | None:
        """Why there is rightly no file; None when there should be one."""
        found = self.terms(leg)
        said = _decision(session, leg)
        if said is not None and leg.queue is None and not said.record:
            return said.reason
        if said is None and leg.queue is not None:
            static = static_decision(self.site, leg.trunk, leg.queue)
            if not static.record:
                return decide(found, leg.call_id).reason if found.percent == 0 else static.reason
        decision = decide(found, leg.call_id, answer_of(said.consent) if said else None)
        return None if decision.record else decision.reason

    def forbidden(self, leg: TalkedLeg) -> str | None:
        """Why the leg's agent must not have been recorded: a call passed on rings a seat, not an agent."""
        percent = agent_percents(self.site).get(leg.agent or "")
        if percent is None or draw(leg.call_id) < percent:
            return None
        return decide(self.terms(leg), leg.call_id).reason

    def why_short(self, session: Session, leg: TalkedLeg, missing_ms: int) -> str:
        """Why so much of the talk is not in the file."""
        what = f"{missing_ms / 1000:.1f} s of the talk are missing"
        if leg.cut:
            return f"Asterisk ended before the call did: {what}"
        return _with_disk(session, leg, what)


def _decision(session: Session, leg: TalkedLeg) -> RecordingDecision | None:
    """What was decided before the queue the leg was rung from."""
    wanted = (
        select(RecordingDecision)
        .where(RecordingDecision.call_id == leg.call_id, RecordingDecision.queue == leg.queue)
        .order_by(RecordingDecision.at.desc())
        .limit(1)
    )
    return session.scalar(wanted)


def _with_disk(session: Session, leg: TalkedLeg, what: str) -> str:
    return f"the disk was full: {what}" if _disk_was_full(session, leg) else what


def _disk_was_full(session: Session, leg: TalkedLeg) -> bool:
    until = leg.started_at + dt.timedelta(milliseconds=leg.talk_ms)
    lasted = (Gap.ended_at.is_(None)) | (Gap.ended_at >= leg.started_at)
    found = select(Gap.id).where(Gap.source == DISK, Gap.began_at <= until, lasted)
    return session.scalar(found.limit(1)) is not None
