"""What one day of a calendar looks like: its states from midnight on. ``calendar.py`` picks the day.

Pure; built once per calendar. Where named periods overlap, or overlap open hours, the last named period wins.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from callcenter.site.calendars import CalendarException

OPEN, CLOSED, HOLIDAY = "open", "closed", "holiday"
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
WEEKDAY_TITLES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MINUTES_A_DAY = 24 * 60
CLOCKS = tuple(f"{minute // 60:02}:{minute % 60:02}" for minute in range(MINUTES_A_DAY))


class Day(NamedTuple):
    """Parallel tuples: from ``minutes[i]`` of the clock on: state ``names[i]`` because ``whys[i]``."""

    minutes: tuple[int, ...]
    names: tuple[str, ...]
    whys: tuple[str, ...]


class _Stretch(NamedTuple):
    first: int
    end: int
    text: str

    def covers(self, minute: int) -> bool:
        return self.first <= minute < self.end


def holiday(exception: CalendarException) -> Day:
    """A day closed from midnight to midnight by ``exception``."""
    last = exception.last or exception.first
    when = f"{exception.first}" if last == exception.first else f"{exception.first} to {last}"
    return Day((0,), (HOLIDAY,), (f"{exception.title} (closed {when})",))


def worked(spans: Sequence[str], periods: Mapping[str, Sequence[str]], day: str, note: str = "") -> Day:
    """A day with hours ``spans``; ``day`` names it in reasons. No hours: closed all day."""
    if not spans:
        return Day((0,), (CLOSED,), (f"closed: {day} has no hours{note}",))
    hours = [_stretch(span) for span in spans]
    named = [(name, _stretch(span)) for name, spans_of in periods.items() for span in spans_of]
    edges = sorted({0, *_edges(hours), *_edges([stretch for _, stretch in named])})
    outside = f"outside {day}'s hours {', '.join(spans)}"
    states = [_state(minute, hours, named, day, outside) for minute in edges]
    return Day(tuple(edges), tuple(name for name, _ in states), tuple(why + note for _, why in states))


def _state(
    minute: int, hours: list[_Stretch], named: list[tuple[str, _Stretch]], day: str, outside: str
) -> tuple[str, str]:
    for name, stretch in reversed(named):
        if stretch.covers(minute):
            return name, f"in {name} ({stretch.text})"
    for stretch in hours:
        if stretch.covers(minute):
            return OPEN, f"within {day}'s hours {stretch.text}"
    return CLOSED, outside


def _edges(stretches: list[_Stretch]) -> set[int]:
    return {edge for one in stretches for edge in (one.first, one.end) if edge < MINUTES_A_DAY}


def _stretch(span: str) -> _Stretch:
    first, end = span.split("-")
    return _Stretch(_minute(first), _minute(end), span)


def _minute(clock: str) -> int:
    return int(clock[:2]) * 60 + int(clock[3:])
