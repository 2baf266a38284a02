"""Stretches of time as people write them on a command line, and moments as they read them."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from callcenter.calls.page import MOMENT
from callcenter.errors import HotlineError

DAY = dt.timedelta(days=1)


def between(
    first: str | None, last: str | None, zone: ZoneInfo, now: dt.datetime
) -> tuple[dt.datetime, dt.datetime]:
    """From and to, in the zone; without them today up to now. Raises HotlineError."""
    today = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    began = _moment(first, zone, "--from") if first else today
    ended = min(_moment(last, zone, "--to", day_ends=True) if last else now, now)
    if ended <= began:
        raise HotlineError("--from is not before --to")
    return began.astimezone(dt.UTC), ended.astimezone(dt.UTC)


def moment(at: dt.datetime | None, zone: ZoneInfo | None) -> str | None:
    """As people in ``zone`` read it, as ISO text without one."""
    if at is None:
        return None
    return f"{at.astimezone(zone):{MOMENT}}" if zone else at.isoformat(timespec="milliseconds")


def _moment(text: str, zone: ZoneInfo, option: str, *, day_ends: bool = False) -> dt.datetime:
    try:
        found = dt.datetime.fromisoformat(text)
    except ValueError:
        raise HotlineError(f"{option} {text}: write 2026-03-02 or 2026-03-02T09:00") from None
    whole_day = len(text) <= len("2026-03-02")
    found = found + DAY if whole_day and day_ends else found
    return found if found.tzinfo else found.replace(tzinfo=zone)
