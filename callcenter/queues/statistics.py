"""Statistics of queues by hour or day: one query over the visits, the same on both engines.

The query adds up by UTC hour (by minute where the site's zone is no whole hours away), and these are added up to
local hours and days: so a day is as long as the zone has it, 23 or 25 hours among them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, Literal
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, String, case, cast, func, select
from sqlalchemy.orm import Session

from callcenter.queues.stays import OUTCOMES, Figures, Limits
from callcenter.site import Site
from schema.calls import Visit

Period = Literal["hour", "day"]
HOUR_CHARACTERS, MINUTE_CHARACTERS = 13, 16
FORMAT = "%Y-%m-%d %H:%M"


def limits_of(site: Site) -> dict[str, Limits]:
    """Each queue's thresholds."""
    return {
        queue.name: Limits(queue.short_abandon_seconds, queue.service_level_seconds) for queue in site.queues
    }


def statistics(
    session: Session,
    limits: Mapping[str, Limits],
    zone: ZoneInfo,
    first: dt.datetime,
    last: dt.datetime,
    by: Period | None = None,
    queue: str | None = None,
) -> dict[tuple[str, dt.datetime | None], Figures]:
    """By queue, and by the local moment a period begins: visits that joined from ``first`` up to ``last``."""
    begun = _begun(session, zone, first, last)
    wanted = (
        select(Visit.queue, begun, *_sums(limits))
        .where(Visit.joined_at >= first, Visit.joined_at < last)
        .group_by(Visit.queue, begun)
    )
    if queue is not None:
        wanted = wanted.where(Visit.queue == queue)
    found: dict[tuple[str, dt.datetime | None], Figures] = {}
    for name, text, *sums in session.execute(wanted):
        key = (name, _period(text, zone, by))
        found.setdefault(key, Figures()).add(Figures(*(int(value or 0) for value in sums)))
    return dict(sorted(found.items(), key=lambda item: (item[0][0], str(item[0][1]))))


def _begun(session: Session, zone: ZoneInfo, first: dt.datetime, last: dt.datetime) -> ColumnElement[str]:
    """The UTC hour or minute of joining, as text."""
    whole = all(
        (moment.astimezone(zone).utcoffset() or dt.timedelta()) % dt.timedelta(hours=1) == dt.timedelta()
        for moment in (first, last)
    )
    length = HOUR_CHARACTERS if whole else MINUTE_CHARACTERS
    if session.get_bind().dialect.name == "postgresql":
        utc = func.to_char(func.timezone("UTC", Visit.joined_at), "YYYY-MM-DD HH24:MI")
        return func.substr(utc, 1, length)
    return func.substr(cast(Visit.joined_at, String), 1, length)


def _sums(limits: Mapping[str, Limits]) -> list[ColumnElement[Any]]:
    """In the order of the fields of ``Figures``."""
    short = _limit({name: 1000 * one.short for name, one in limits.items()}, 1000 * Limits().short)
    timely = _limit({name: 1000 * one.timely for name, one in limits.items()}, 1000 * Limits().timely)
    answered, gave_up = Visit.outcome == "answered", Visit.outcome == "abandoned"
    counts: dict[str, ColumnElement[Any]] = {
        name: _count(Visit.outcome.is_(None) if outcome is None else Visit.outcome == outcome)
        for outcome, name in OUTCOMES.items()
    }
    return [
        func.count(),
        counts["answered"],
        counts["abandoned"],
        _count(gave_up & (Visit.wait_ms < short)),
        *(counts[name] for name in ("left_by_key", "timed_out", "full", "nobody", "lost", "waiting")),
        _count(answered & (Visit.wait_ms <= timely)),
        func.sum(case((answered, Visit.wait_ms), else_=0)),
        func.max(Visit.wait_ms),
    ]


def _count(condition: ColumnElement[bool]) -> ColumnElement[Any]:
    return func.sum(case((condition, 1), else_=0))


def _limit(by_queue: Mapping[str, int], otherwise: int) -> Any:
    return case(dict(by_queue), value=Visit.queue, else_=otherwise) if by_queue else otherwise


def _period(text: str, zone: ZoneInfo, by: Period | None) -> dt.datetime | None:
    """The local hour or day that this UTC hour or minute belongs to."""
    if by is None:
        return None
    moment = dt.datetime.strptime(text if ":" in text else f"{text}:00", FORMAT).replace(tzinfo=dt.UTC)
    local = moment.astimezone(zone).replace(minute=0)
    return local.replace(hour=0, fold=0) if by == "day" else local
