"""The sample site with its office open or closed today: a dated exception, as an operator would enter it."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from callcenter.site import Site
from callcenter.site.calendars import Calendar, CalendarException

OFFICE = "office"


def with_office(site: Site, now: dt.datetime, *, is_open: bool) -> Site:
    """The site with one more exception, for today and, should it be near midnight, tomorrow."""
    calendars = [
        _with_exception(calendar, now, is_open) if calendar.name == OFFICE else calendar
        for calendar in site.calendars
    ]
    return site.model_copy(update={"calendars": calendars})


def _with_exception(calendar: Calendar, now: dt.datetime, is_open: bool) -> Calendar:
    today = now.astimezone(ZoneInfo(calendar.timezone)).date()
    days = {"first": today, "last": today + dt.timedelta(days=1)}
    added = (
        CalendarException(**days, title="演示：今日上班", hours=["00:00-24:00"])
        if is_open
        else CalendarException(**days, title="演示：今日休息", closed=True)
    )
    return calendar.model_copy(update={"exceptions": [*calendar.exceptions, added]})
