"""Who may be sent a link: pure rules."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from zoneinfo import ZoneInfo

from callcenter.routing.numbers import normal
from callcenter.site.surveys import Link

CHINESE_MOBILE = re.compile(r"1[3-9][0-9]{9}")
WHOLE_NUMBER = re.compile(r"\+?[0-9]{7,15}")
"""E.164: 15 digits at most."""
SELDOM = dt.timedelta(days=1)
"""Between two links to one number."""


def mobile(number: str | None, country: str, beginnings: Sequence[str] = ()) -> str | None:
    """The number, as it is dialled at home, if it takes messages; None for others and a withheld one.

    Of China the mobile numbers do; elsewhere those that begin with one of ``beginnings``.
    """
    found = normal(number or "", country)
    if country == "cn" and CHINESE_MOBILE.fullmatch(found):
        return found
    known = tuple(normal(beginning, country) for beginning in beginnings)
    return found if known and found.startswith(known) and WHOLE_NUMBER.fullmatch(found) else None


def is_meant(link: Link, outcome: str, reason: str | None) -> bool:
    """Whether a score that came to this is one of those a link is sent for."""
    return outcome != "scored" and (reason or outcome) in link.when


def is_too_soon(former: Iterable[dt.datetime], now: dt.datetime) -> bool:
    """Whether this number was sent a link less than a day ago."""
    return any(now - at < SELDOM for at in former)


def due_at(created_at: dt.datetime, now: dt.datetime, between: str, zone: ZoneInfo) -> dt.datetime:
    """When a message that is due now goes out: at night only one that was asked for in that same night, by hand."""
    morning = may_go_at(now, between, zone)
    return now if may_go_at(created_at, between, zone) == morning else morning


def may_go_at(now: dt.datetime, between: str, zone: ZoneInfo) -> dt.datetime:
    """The first moment from ``now`` on at which nobody is woken: within these local hours, as 08:00-21:00."""
    first, _, last = between.partition("-")
    here = now.astimezone(zone)
    if first <= f"{here:%H:%M}" < last:
        return now
    day = here.date() + dt.timedelta(days=f"{here:%H:%M}" >= last)
    return dt.datetime.combine(day, dt.time.fromisoformat(first), zone).astimezone(dt.UTC)
