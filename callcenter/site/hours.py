"""Rules on hours and dates: spans run forward and apart, no day has two exceptions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from itertools import pairwise

from callcenter.site import Site
from callcenter.site.calendars import Calendar
from callcenter.site.problems import Path, Problem

CALENDAR_CASES = ("open", "closed", "holiday")
"""What a calendar may say besides the names of its periods."""


def hours(site: Site) -> Iterator[Problem]:
    """Everything about calendars."""
    for place, calendar in enumerate(site.calendars):
        path = ("calendars", place)
        yield from _all_spans(path, calendar)
        yield from _exceptions(path, calendar)
        if calendar.unannounced_years:
            years = ", ".join(map(str, calendar.unannounced_years))
            message = f"the public holidays of {years} are not announced yet: add them when they are"
            yield Problem((*path, "unannounced_years"), message, warning=True)
    yield from _cases(site)


def _all_spans(path: Path, calendar: Calendar) -> Iterator[Problem]:
    for day, spans in calendar.week.items():
        yield from _spans((*path, "week", day), spans)
    for name, spans in calendar.periods.items():
        if name in CALENDAR_CASES:
            yield Problem(
                (*path, "periods", name), f"{name} has a meaning of its own: name the period otherwise"
            )
        yield from _spans((*path, "periods", name), spans)
    for number, exception in enumerate(calendar.exceptions):
        yield from _spans((*path, "exceptions", number, "hours"), exception.hours or [])


def _spans(path: Path, spans: list[str]) -> Iterator[Problem]:
    for number, span in enumerate(spans):
        first, last = span.split("-")
        if first >= last:
            yield Problem(
                (*path, number), f"{span} ends before it begins: over midnight, write it on two days"
            )
    for number, (former, latter) in enumerate(pairwise(spans), 1):
        if latter.split("-")[0] < former.split("-")[1]:
            yield Problem(
                (*path, number), f"{latter} begins before {former} has ended: put them in order, apart"
            )


def _exceptions(path: Path, calendar: Calendar) -> Iterator[Problem]:
    taken: dict[dt.date, str] = {}
    for number, exception in enumerate(calendar.exceptions):
        days = ((exception.last or exception.first) - exception.first).days + 1
        if days > 366:
            yield Problem((*path, "exceptions", number), "longer than a year: change the week instead")
            continue
        for day in (exception.first + dt.timedelta(passed) for passed in range(days)):
            if day in taken:
                message = f"{day} is in {taken[day]} already: a day has one exception"
                yield Problem((*path, "exceptions", number), message)
                break
            taken[day] = exception.title


def _cases(site: Site) -> Iterator[Problem]:
    """A branch on a calendar asks for what that calendar can say."""
    periods = {calendar.name: set(calendar.periods) for calendar in site.calendars}
    for place, flow in enumerate(site.flows):
        for name, step in flow.steps.items():
            if step.kind != "branch" or step.calendar not in periods:
                continue
            for case in set(step.cases) - {*CALENDAR_CASES, *periods[step.calendar]}:
                message = (
                    f"calendar {step.calendar} never says {case}: name one of its periods, or "
                    + ", ".join(CALENDAR_CASES)
                )
                yield Problem(("flows", place, "steps", name, "cases", case), message)
