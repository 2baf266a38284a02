"""Checks of the database and of what it says happened."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import func, select

from callcenter.agents.seating import AGENTS_CONTEXT, logged_in, memberships
from callcenter.health import life
from doctor.findings import Finding, Look, few, ok, warning, wrong
from schema.calls import Gap, LedgerPosition
from schema.upgrade import current, head

RECENT = dt.timedelta(days=1)
SILENT = dt.timedelta(seconds=20)
"""A listener or worker at work says so in the database every five seconds."""


def revision(look: Look) -> Finding:
    """The database answers and has this program's tables."""
    found, needed = current(look.app.engine()), head()
    if found != needed:
        return wrong(f"the database is at {found or 'nothing'}, needs {needed}", "run hotline db upgrade")
    return ok(f"the database answers, at revision {found}")


def listener(look: Look) -> Finding:
    """Somebody follows Asterisk and writes calls down."""
    with look.app.sessions(read_only=True)() as session:
        ledgers = LedgerPosition.ledger.endswith(f"@{look.settings.system_name}")
        seen_at = session.scalar(select(func.max(LedgerPosition.seen_at)).where(ledgers))
    if _is_silent(look, seen_at):
        return wrong(f"no listener is at work: {_last(seen_at)}", "start it: hotline up, or hotline ami")
    return ok("the listener is at work")


def worker(look: Look) -> Finding:
    """Somebody sends mails and text messages, and looks after recordings."""
    with look.app.sessions(read_only=True)() as session:
        seen_at = life.seen_at(session, life.worker_of(look.settings.system_name))
    if _is_silent(look, seen_at):
        return wrong(f"no worker is at work: {_last(seen_at)}", "start it: hotline up, or hotline worker")
    return ok("the worker is at work")


def _is_silent(look: Look, seen_at: dt.datetime | None) -> bool:
    return seen_at is None or look.app.clock() - seen_at > SILENT


def _last(seen_at: dt.datetime | None) -> str:
    return "never" if seen_at is None else f"last at {seen_at:%Y-%m-%d %H:%M:%S} UTC"


def gaps(look: Look) -> Finding:
    """Nothing went unseen lately."""
    since = look.app.clock() - RECENT
    with look.app.sessions(read_only=True)() as session:
        found = list(session.scalars(select(Gap).where((Gap.ended_at.is_(None)) | (Gap.ended_at > since))))
    lasting = [gap for gap in found if gap.ended_at is None]
    if lasting:
        return wrong(f"{len(lasting)} gaps are open", "see hotline gaps list; is hotline ami running?")
    if found:
        return warning(
            f"{len(found)} gaps in the last day", "see hotline gaps list for who was away, and why"
        )
    return ok("no gap in the last day")


def holidays(look: Look) -> Finding:
    """The calendars know the holidays of this year and the next."""
    this_year = look.app.clock().year
    missing = [
        (year, calendar.name)
        for calendar in look.site.calendars
        for year in calendar.unannounced_years
        if year <= this_year + 1
    ]
    words = few([f"{year} in {name}" for year, name in sorted(missing)])
    mend = "add them to the site file when they are announced, take the year out of unannounced_years"
    if any(year <= this_year for year, _ in missing):
        return wrong(f"public holidays are missing: {words}", mend)
    return (
        warning(f"public holidays are not announced: {words}", mend) if missing else ok("holidays are known")
    )


def members(look: Look) -> Finding:
    """The queues have the agents that are logged in, and no others of ours."""
    with look.app.sessions(read_only=True)() as session:
        meant = {(each.queue, each.interface) for each in memberships(logged_in(session), look.site)}
    there = {each for each in look.manager.members if each[1].endswith(f"@{AGENTS_CONTEXT}/n")}
    differing = [f"{interface} in {queue}" for queue, interface in sorted(meant ^ there)]
    if differing:
        return wrong(
            f"queues and log-ins differ: {few(differing)}", "hotline ami puts them right within half a minute"
        )
    return ok(f"{len(there)} queue members, as the log-ins say")
