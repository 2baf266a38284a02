"""How long the latest calls of each queue have kept an agent, by the visits: for a listener that starts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from callcenter.queues.estimate import CALLS
from callcenter.site import Site
from schema.calls import Visit

LATELY = dt.timedelta(hours=4)
"""What is older tells of another time of the day."""


def paces(session: Session, site: Site, until: dt.datetime) -> Mapping[str, list[float]]:
    """Seconds from answer to end of the latest calls that ended before ``until``, the oldest first, by queue."""
    told = [queue.name for queue in site.queues if queue.announce and queue.announce.wait]
    return {name: _of(session, name, until) for name in told}


def _of(session: Session, queue: str, until: dt.datetime) -> list[float]:
    wanted = (
        select(Visit.answered_at, Visit.left_at)
        .where(Visit.queue == queue, Visit.joined_at >= until - LATELY, Visit.outcome == "answered")
        .where(Visit.left_at <= until)
        .order_by(Visit.joined_at.desc())
        .limit(CALLS)
    )
    times = [(left - at).total_seconds() for at, left in session.execute(wanted) if at and left]
    return times[::-1]
