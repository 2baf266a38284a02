"""The site's rules on an ended leg: on what terms its file is kept, and why it may rightly have none."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

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

    def without_files(self, session: Session, legs: Sequence[TalkedLeg]) -> dict[str, tuple[str, str]]:
        """Of legs that left no file, by uniqueid: the state, not_recorded or missing, and why."""
        if not legs:
            return {}
        said = _decisions(session, legs)
        full = _disk_full(session, legs)
        return {
            leg.uniqueid: self._without_file(leg, said.get((leg.call_id, leg.queue)), full) for leg in legs
        }

    def _without_file(
        self, leg: TalkedLeg, said: RecordingDecision | None, full: Sequence[Gap]
    ) -> tuple[str, str]:
        rightly = self._why_not(leg, said)
        if rightly is not None:
            return "not_recorded", rightly
        return "missing", _with_disk(full, leg, "Asterisk wrote no file for this leg")

    def _why_not(self, leg: TalkedLeg, said: RecordingDecision | None) -> str | None:
        """Why there is rightly no file; None when there should be one. ``said``: what was decided before it rang."""
        found = self.terms(leg)
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
        return _with_disk(_disk_full(session, [leg]), leg, what)


def _decisions(
    session: Session, legs: Sequence[TalkedLeg]
) -> dict[tuple[str, str | None], RecordingDecision]:
    """The last that was decided in each of these calls, by call id and queue."""
    wanted = select(RecordingDecision).where(RecordingDecision.call_id.in_({leg.call_id for leg in legs}))
    rows = session.scalars(wanted.order_by(RecordingDecision.at))
    return {(row.call_id, row.queue): row for row in rows}


def _disk_full(session: Session, legs: Sequence[TalkedLeg]) -> list[Gap]:
    """The gaps of the disk since the first of these legs began."""
    lasted = (Gap.ended_at.is_(None)) | (Gap.ended_at >= min(leg.started_at for leg in legs))
    return list(session.scalars(select(Gap).where(Gap.source == DISK, lasted)))


def _with_disk(full: Sequence[Gap], leg: TalkedLeg, what: str) -> str:
    until = leg.started_at + dt.timedelta(milliseconds=leg.talk_ms)
    was_full = any(
        gap.began_at <= until and (gap.ended_at is None or gap.ended_at >= leg.started_at) for gap in full
    )
    return f"the disk was full: {what}" if was_full else what
