"""How long recordings are kept: by the site's rules, unless one is held. A row stays when its file goes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from callcenter.errors import HotlineError, NotFound
from callcenter.ports import Clock
from callcenter.recording_policy import terms
from callcenter.site import Site
from schema.calls import Call, Recording
from schema.config import Audit

log = structlog.get_logger()
AT_ONCE = 1000
"""Rows in memory while it is asked which are due."""
RETENTION = "retention"
"""Who deletes what is old."""


class Held(HotlineError):
    """A recording under legal hold is not deleted."""


def expired(
    session: Session, site: Site, now: dt.datetime, since: dt.datetime | None = None
) -> list[tuple[int, str]]:
    """The recordings whose time is up, with the reason; none of them is held.

    ``since``: up since then, or released since then.
    """
    wanted = (
        select(Recording.id, Recording.started_at, Call.trunk, Recording.queue, Recording.agent)
        .outerjoin(Call, Call.call_id == Recording.call_id)
        .where(Recording.path.is_not(None), Recording.held_at.is_(None))
        .execution_options(yield_per=AT_ONCE)
    )
    began = Recording.started_at
    each = [dt.timedelta(days=days) for days in _terms_there_are(site)]
    if since is None:
        looks = [wanted.where(began <= now - min(each))] if each else []
    else:
        looks = [wanted.where(began > since - term, began <= now - term) for term in each]
        looks.append(wanted.where(Recording.released_at.is_not(None), Recording.released_at >= since))
    days_of = cache(lambda *of: terms(site, *of).retention_days)
    found: dict[int, str] = {}
    for look in looks:
        for number, started_at, *of in session.execute(look):
            days = days_of(*of)
            if days and started_at <= now - dt.timedelta(days=days):
                found[number] = f"kept for {days} days"
    return list(found.items())


def expire(
    session: Callable[[], Session], folder: Path, site: Site, clock: Clock, since: dt.datetime | None = None
) -> int:
    """Delete what is old; gives how many. Stopped at any moment, the next time goes on.

    ``since``: but for what was old by then already, and free.
    """
    if not _terms_there_are(site):
        return 0
    with session() as reading:
        due = expired(reading, site, clock(), since)
    for number, reason in due:
        try:
            delete(session, folder, number, reason, RETENTION, clock)
        except (Held, NotFound):
            continue  # since a moment ago
    return len(due)


def delete(
    session: Callable[[], Session], folder: Path, number: int, reason: str, by: str, clock: Clock
) -> None:
    """Delete a recording's file; its row says when and why. Raises Held, NotFound.

    The row is locked first, so that a hold comes before or after. The file goes before the row is written for
    good: what a power cut leaves is a row whose file is gone, and it is deleted again.
    """
    with session() as open_session, open_session.begin():
        row = open_session.get(Recording, number, with_for_update=True)
        if row is None or row.path is None:
            raise NotFound(_no_file(row, number))
        if row.held_at is not None:
            raise Held(
                f"recording {number} is held by {row.held_by}: hotline recordings release {number} first"
            )
        detail = {"path": row.path, "reason": reason, "call": row.call_id}
        path, row.path, row.wanted_format = row.path, None, None
        row.state, row.reason, row.deleted_at = "deleted", f"{reason}; deleted by {by}", clock()
        open_session.add(_audit(clock(), by, "delete", number, detail))
        open_session.flush()
        (folder / path).unlink(missing_ok=True)
    log.info("recording.deleted", recording=number, by=by, reason=reason)


def hold(session: Session, number: int, by: str, clock: Clock) -> None:
    """From now on nothing deletes it. Raises NotFound."""
    row = _with_file(session, number)
    if row.held_at is None:
        row.held_at, row.held_by, row.released_at = clock(), by, None
        session.add(_audit(clock(), by, "hold", number, {"call": row.call_id}))


def release(session: Session, number: int, by: str, clock: Clock) -> None:
    """The rules hold again. Raises NotFound."""
    row = _with_file(session, number)
    if row.held_at is not None:
        detail = {"call": row.call_id, "held_by": row.held_by, "held_at": row.held_at.isoformat()}
        row.held_at, row.held_by, row.released_at = None, None, clock()
        session.add(_audit(clock(), by, "release", number, detail))


def exported(session: Session, number: int, by: str, clock: Clock, target: Path) -> str:
    """Note that somebody takes a copy; gives the file's path below the folder. Raises NotFound."""
    row = _with_file(session, number)
    session.add(_audit(clock(), by, "export", number, {"call": row.call_id, "to": str(target)}))
    return str(row.path)


def _with_file(session: Session, number: int) -> Recording:
    row = session.get(Recording, number, with_for_update=True)
    if row is None or row.path is None:
        raise NotFound(_no_file(row, number))
    return row


def _no_file(row: Recording | None, number: int) -> str:
    if row is None:
        return f"there is no recording {number}; see hotline recordings list"
    return f"recording {number} has no file; see hotline recordings show {number}"


def _terms_there_are(site: Site) -> set[int]:
    """Every number of days that some rule says."""
    policy = site.recording
    if policy is None:
        return set()
    inside = [policy.inside] if policy.inside else []
    rules = [policy, *inside, *policy.trunks.values(), *policy.queues.values(), *policy.agents.values()]
    return {rule.retention_days for rule in rules if rule.retention_days}


def _audit(at: dt.datetime, by: str, action: str, number: int, detail: Mapping[str, object]) -> Audit:
    return Audit(at=at, by=by, action=f"recording.{action}", subject=str(number), detail=dict(detail))
