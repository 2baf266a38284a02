"""Opening hours as a pure function: calendar + moment -> open, holiday, a period's name, or closed, and why.

Rules: the zone's wall clock decides, so an hour skipped in spring does not exist and one repeated in autumn
is read twice. Where dated exceptions overlap, the LAST in the list wins. A day that ``works_as`` a weekday
has that weekday's hours and the named periods; one with ``hours`` has exactly those; a holiday has none.
"""

from __future__ import annotations

import datetime as dt
import functools
import weakref
from bisect import bisect_right
from collections.abc import Iterator
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from callcenter.calendar_days import CLOCKS, WEEKDAY_TITLES, WEEKDAYS, Day, holiday, worked
from callcenter.errors import HotlineError
from callcenter.site.calendars import Calendar, CalendarException

DAY = dt.timedelta(days=1)
SECOND = dt.timedelta(seconds=1)
SETTLED = dt.timedelta(days=15)
"""A week after the last exception repeats for ever; two, and a day, cover a turn of the clock in it."""
FAR = dt.timedelta(days=3660)
WARN_DAYS = 60


class CalendarState(NamedTuple):
    """``name`` is open, holiday, closed or a period's name; ``reason`` one sentence in English."""

    name: str
    reason: str


def state_at(calendar: Calendar, moment: dt.datetime) -> CalendarState:
    """The state at ``moment`` (aware, any zone). Raises ValueError for a naive one."""
    return compiled(calendar).state_at(moment)


def next_change(calendar: Calendar, moment: dt.datetime) -> dt.datetime | None:
    """The first moment after ``moment`` with another state name, in UTC: zoned arithmetic misleads.

    None when the state stays the same for ever, or for ten years.
    """
    return compiled(calendar).next_change(moment)


def warnings(calendar: Calendar, today: dt.date) -> list[str]:
    """What an operator should mend, a sentence each: years within 60 days whose holidays are not known."""
    return [
        f"calendar {calendar.name}: holidays of {year} are not yet announced: "
        "its days count as ordinary weeks until they are entered"
        for year in sorted(set(calendar.unannounced_years))
        if today.year <= year and (dt.date(year, 1, 1) - today).days <= WARN_DAYS
    ]


class CompiledCalendar:
    """A calendar made ready for many questions; about 2 µs each. Holds no reference to its source."""

    def __init__(self, calendar: Calendar) -> None:
        """Raises HotlineError when the zone is not in the IANA database."""
        try:
            self.zone = ZoneInfo(calendar.timezone)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            message = (
                f"calendar {calendar.name}: no time zone {calendar.timezone!r}; write one as Asia/Shanghai"
            )
            raise HotlineError(message) from error
        self._week = tuple(_weekday(calendar, number) for number in range(7))
        self._firsts, self._special = _segments(calendar)
        self._unannounced = frozenset(calendar.unannounced_years)

    def state_at(self, moment: dt.datetime) -> CalendarState:
        """As the function of this name."""
        if moment.tzinfo is None:
            raise ValueError("a calendar is asked about an aware moment, this one has no zone")
        local = moment.astimezone(self.zone)
        ordinal, minute = local.toordinal(), local.hour * 60 + local.minute
        minutes, names, whys = self._day(ordinal)
        at = bisect_right(minutes, minute) - 1
        reason = f"{_date_text(ordinal)} {CLOCKS[minute]} is {whys[at]}"
        if local.year in self._unannounced:
            reason += f"; holidays of {local.year} are not yet announced"
        return CalendarState(names[at], reason)

    def next_change(self, moment: dt.datetime) -> dt.datetime | None:
        """As the function of this name."""
        name = self.state_at(moment).name
        start = moment.astimezone(dt.UTC)
        for edge in self._edges(start):
            if edge > start and self.state_at(edge).name != name:
                return edge
        return None

    def _day(self, ordinal: int) -> Day:
        special = self._special[bisect_right(self._firsts, ordinal)]
        return special if special is not None else self._week[(ordinal + 6) % 7]

    def _edges(self, start: dt.datetime) -> Iterator[dt.datetime]:
        """In order, in UTC, every moment at which the state may change: edges of days, turns of the clock."""
        for begin, end, offset in self._stretches(start):
            yield begin
            wall, wall_end = (begin + offset).replace(tzinfo=None), (end + offset).replace(tzinfo=None)
            for ordinal in range(wall.toordinal(), wall_end.toordinal() + 1):
                midnight = dt.datetime.fromordinal(ordinal)
                for minute in self._day(ordinal).minutes:
                    edge = midnight + dt.timedelta(minutes=minute)
                    if wall <= edge < wall_end:
                        yield (edge - offset).replace(tzinfo=dt.UTC)

    def _stretches(self, start: dt.datetime) -> Iterator[tuple[dt.datetime, dt.datetime, dt.timedelta]]:
        """Begin, end and offset of stretches, a day at most, in which the zone keeps one offset from UTC."""
        begin, end = start.replace(microsecond=0), self._settled(start)
        while begin < end:
            turn = self._turn(begin, begin + DAY)
            yield begin, turn, self._offset(begin)
            begin = turn

    def _settled(self, start: dt.datetime) -> dt.datetime:
        last = self._firsts[-1] if self._firsts else 0
        return start + min(max(dt.timedelta(days=last - start.toordinal()), dt.timedelta()) + SETTLED, FAR)

    def _turn(self, begin: dt.datetime, end: dt.datetime) -> dt.datetime:
        """The second in (begin, end] at which the zone's offset changes, or ``end``."""
        offset = self._offset(begin)
        if self._offset(end) == offset:
            return end
        while end - begin > SECOND:
            middle = begin + (end - begin) // SECOND // 2 * SECOND
            begin, end = (middle, end) if self._offset(middle) == offset else (begin, middle)
        return end

    def _offset(self, moment: dt.datetime) -> dt.timedelta:
        return moment.astimezone(self.zone).utcoffset() or dt.timedelta()


_COMPILED: dict[int, CompiledCalendar] = {}
"""By identity of the calendar, which is immutable; an entry goes when its calendar does."""


def compiled(calendar: Calendar) -> CompiledCalendar:
    """The compiled form of ``calendar``, made at the first question."""
    key = id(calendar)
    found = _COMPILED.get(key)
    if found is None:
        found = _COMPILED[key] = CompiledCalendar(calendar)
        weakref.finalize(calendar, _COMPILED.pop, key, None).atexit = False
    return found


@functools.lru_cache(maxsize=1024)
def _date_text(ordinal: int) -> str:
    return dt.date.fromordinal(ordinal).isoformat()


def _weekday(calendar: Calendar, number: int, note: str = "") -> Day:
    spans = calendar.week.get(WEEKDAYS[number], [])  # type: ignore[call-overload]
    return worked(spans, calendar.periods, WEEKDAY_TITLES[number], note)


def _segments(calendar: Calendar) -> tuple[list[int], list[Day | None]]:
    """Ordinals at which another exception begins or ends, and the day before, between and after them."""
    ranges = [
        (one.first.toordinal(), (one.last or one.first).toordinal() + 1, _exception(calendar, one))
        for one in calendar.exceptions
    ]
    firsts = sorted({edge for first, end, _ in ranges for edge in (first, end)})
    days: list[Day | None] = [None]
    for ordinal in firsts:
        covering = [day for first, end, day in ranges if first <= ordinal < end]
        days.append(covering[-1] if covering else None)
    return firsts, days


def _exception(calendar: Calendar, one: CalendarException) -> Day:
    if one.closed:
        return holiday(one)
    if one.works_as is not None:
        number = WEEKDAYS.index(one.works_as)
        return _weekday(calendar, number, f" ({one.title}: works as {WEEKDAY_TITLES[number]})")
    return worked(one.hours or [], {}, one.title)
