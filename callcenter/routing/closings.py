"""Emergency closings: a calendar, or all, answers closed from the next call on, whatever its hours."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from callcenter.errors import HotlineError, NotFound
from callcenter.site import Site
from schema.config import Audit
from schema.routing import EmergencyClosing


def begin(
    session: Session,
    site: Site,
    calendar: str | None,
    prompt: str | None,
    until: dt.datetime | None,
    by: str,
    at: dt.datetime,
) -> EmergencyClosing:
    """Close. One that is in force for the same calendar is replaced. Raises HotlineError."""
    if calendar is not None and calendar not in {each.name for each in site.calendars}:
        known = ", ".join(each.name for each in site.calendars)
        raise NotFound(f"there is no calendar {calendar}; the site has {known or 'none'}")
    if prompt is not None and prompt not in {each.name for each in site.prompts}:
        raise NotFound(f"there is no prompt {prompt}; see hotline prompts list")
    if until is not None and until <= at:
        raise HotlineError("until lies in the past")
    for old in session.scalars(in_force(at)):
        if old.calendar == calendar:
            old.ended_at, old.ended_by = at, by
    closing = EmergencyClosing(calendar=calendar, prompt=prompt, began_at=at, begun_by=by, until=until)
    session.add(closing)
    session.add(Audit(at=at, by=by, action="closing.begin", subject=calendar or "all", detail={}))
    return closing


def end(session: Session, calendar: str | None, by: str, at: dt.datetime) -> int:
    """End a calendar's closing; None ends every one in force. Gives how many. Raises NotFound."""
    found = [closing for closing in session.scalars(in_force(at)) if calendar in (None, closing.calendar)]
    if not found:
        raise NotFound("no emergency closing is in force" + (f" for calendar {calendar}" if calendar else ""))
    for closing in found:
        closing.ended_at, closing.ended_by = at, by
        session.add(Audit(at=at, by=by, action="closing.end", subject=closing.calendar or "all", detail={}))
    return len(found)


def in_force(at: dt.datetime) -> Select[EmergencyClosing]:
    """Closings neither ended nor over."""
    table = EmergencyClosing
    return select(table).where(table.ended_at.is_(None), or_(table.until.is_(None), table.until > at))
