"""Calendars: who is open when, why, and until when."""

from __future__ import annotations

import datetime as dt
import gc
from pathlib import Path
from zoneinfo import ZoneInfo

import chinese_calendar
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from callcenter.calendar import _COMPILED, CompiledCalendar, next_change, state_at, warnings
from callcenter.errors import HotlineError
from callcenter.site.calendars import Calendar, CalendarException

HOLIDAYS = Path(__file__).parents[2] / "samples" / "china_holidays.yaml"
SHANGHAI = ZoneInfo("Asia/Shanghai")
DAYTIME = ["08:30-12:00", "13:30-17:30"]
WORKDAYS = ("mon", "tue", "wed", "thu", "fri")
SECOND = dt.timedelta(seconds=1)


def office(**more: object) -> Calendar:
    fields = {
        "name": "office",
        "title": "Office",
        "timezone": "Asia/Shanghai",
        "week": dict.fromkeys(WORKDAYS, DAYTIME),
        "periods": {"lunch": ["12:00-13:30"]},
    }
    return Calendar.model_validate(fields | more)


def chinese_office() -> Calendar:
    return office(exceptions=YAML(typ="safe").load(HOLIDAYS), unannounced_years=[2027])


def at(text: str, zone: str = "Asia/Shanghai") -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


@pytest.mark.slow
@pytest.mark.req("IVR-3")
def test_every_hour_of_2025_and_2026_agrees_with_an_independent_calendar_of_china():
    calendar = chinese_office()
    day = dt.date(2025, 1, 1)
    while day.year < 2027:
        worked = chinese_calendar.is_workday(day)
        on_holiday, _ = chinese_calendar.get_holiday_detail(day)
        for hour in range(24):
            moment = dt.datetime(day.year, day.month, day.day, hour, tzinfo=SHANGHAI)
            name = state_at(calendar, moment).name
            assert (name == "open") == (worked and hour in {9, 10, 11, 14, 15, 16, 17}), moment
            assert (name == "lunch") == (worked and hour in {12, 13}), moment
            if name == "holiday":
                assert on_holiday, moment
            elif on_holiday:
                assert day.weekday() >= 5, f"{moment} is an announced holiday on a weekday"
        day += dt.timedelta(days=1)


@pytest.mark.req("IVR-3")
@pytest.mark.parametrize(
    ("text", "name", "reason"),
    [
        (
            "2026-10-01T09:30",
            "holiday",
            "2026-10-01 09:30 is 国庆节 (closed 2026-10-01 to 2026-10-07)",
        ),
        ("2025-01-01T09:30", "holiday", "2025-01-01 09:30 is 元旦 (closed 2025-01-01)"),
        (
            "2026-10-10T09:30",
            "open",
            "2026-10-10 09:30 is within Monday's hours 08:30-12:00 (国庆节调休上班: works as Monday)",
        ),
        (
            "2026-10-10T12:10",
            "lunch",
            "2026-10-10 12:10 is in lunch (12:00-13:30) (国庆节调休上班: works as Monday)",
        ),
        ("2026-03-03T08:30", "open", "2026-03-03 08:30 is within Tuesday's hours 08:30-12:00"),
        (
            "2026-03-03T17:30",
            "closed",
            "2026-03-03 17:30 is outside Tuesday's hours 08:30-12:00, 13:30-17:30",
        ),
        ("2026-03-01T10:00", "closed", "2026-03-01 10:00 is closed: Sunday has no hours"),
        (
            "2027-03-01T10:00",
            "open",
            "2027-03-01 10:00 is within Monday's hours 08:30-12:00; holidays of 2027 are not yet announced",
        ),
    ],
)
def test_a_state_says_why(text: str, name: str, reason: str):
    assert state_at(chinese_office(), at(text)) == (name, reason)


def test_the_last_exception_in_the_list_wins():
    day = {"first": "2026-03-03", "title": "A"}
    closed, half = day | {"closed": True}, day | {"hours": ["10:00-11:00"], "title": "B"}
    assert state_at(office(exceptions=[closed, half]), at("2026-03-03T10:30")).name == "open"
    assert state_at(office(exceptions=[half, closed]), at("2026-03-03T10:30")).name == "holiday"
    week_off = {"first": "2026-03-02", "last": "2026-03-08", "title": "C", "closed": True}
    days = [
        state_at(office(exceptions=[week_off, half]), at(f"2026-03-0{n}T10:30")).name for n in range(1, 10)
    ]
    assert days == ["closed", "holiday", "open", *["holiday"] * 5, "open"]


def test_a_day_with_its_own_hours_has_exactly_those():
    calendar = office(exceptions=[{"first": "2026-03-01", "title": "Fair", "hours": ["10:00-24:00"]}])
    names = [
        state_at(calendar, at(f"2026-03-01T{clock}")).name for clock in ("09:59", "10:00", "12:00", "23:59")
    ]
    assert names == ["closed", "open", "open", "open"]
    assert state_at(calendar, at("2026-03-02T00:00")).name == "closed"


def test_the_question_may_be_asked_in_any_zone_but_not_without_one():
    assert state_at(office(), dt.datetime(2026, 3, 3, 0, 30, tzinfo=dt.UTC)).name == "open"
    with pytest.raises(ValueError, match="aware"):
        state_at(office(), dt.datetime(2026, 3, 3, 8, 30))


def test_a_zone_nobody_knows_is_one_clear_error():
    for zone in ("Mars/Olympus", "Asia"):
        with pytest.raises(HotlineError, match="no time zone"):
            state_at(office(timezone=zone), at("2026-03-03T10:00"))


NIGHTS = [
    # zone, UTC second of the turn, wall clock of the last second before, of the first after
    ("America/New_York", "2026-03-08T07:00:00+00:00", "01:59:59", "03:00:00"),
    ("America/New_York", "2026-11-01T06:00:00+00:00", "01:59:59", "01:00:00"),
    ("Europe/Berlin", "2026-03-29T01:00:00+00:00", "01:59:59", "03:00:00"),
    ("Europe/Berlin", "2026-10-25T01:00:00+00:00", "02:59:59", "02:00:00"),
]


@pytest.mark.req("IVR-3")
@pytest.mark.parametrize(("zone", "turn", "before", "after"), NIGHTS)
def test_the_wall_clock_decides_in_the_nights_the_clock_turns(zone: str, turn: str, before: str, after: str):
    moment = dt.datetime.fromisoformat(turn)
    for second, wall in ((moment - SECOND, before), (moment, after)):
        minute = wall[:5]
        for spans, name in (([f"{minute}-24:00"], "open"), ([f"00:00-{minute}"], "closed")):
            calendar = office(timezone=zone, periods={}, week={"sun": spans} if minute != "00:00" else {})
            assert state_at(calendar, second).name == name
            assert state_at(calendar, second).reason.startswith(
                f"{second.astimezone(ZoneInfo(zone)):%F} {minute}"
            )


@pytest.mark.parametrize(
    ("zone", "span", "changes"),
    [
        # the hour 02:00-03:00 does not exist: what should open at 02:30 opens at 03:00, 07:00 in UTC
        ("America/New_York", "02:30-04:00", ["2026-03-08T07:00:00", "2026-03-08T08:00:00"]),
        ("Europe/Berlin", "02:30-04:00", ["2026-03-29T01:00:00", "2026-03-29T02:00:00"]),
        ("America/New_York", "02:00-03:00", ["2026-11-01T07:00:00", "2026-11-01T08:00:00"]),
        # the hour repeats: open from the first 01:30 to 02:00, closed again at the second 01:00
        (
            "America/New_York",
            "01:30-03:00",
            ["2026-11-01T05:30:00", "2026-11-01T06:00:00", "2026-11-01T06:30:00", "2026-11-01T08:00:00"],
        ),
        (
            "Europe/Berlin",
            "02:15-02:45",
            ["2026-10-25T00:15:00", "2026-10-25T00:45:00", "2026-10-25T01:15:00", "2026-10-25T01:45:00"],
        ),
    ],
)
def test_changes_are_found_to_the_second_when_the_clock_turns(zone: str, span: str, changes: list[str]):
    calendar = office(timezone=zone, periods={}, week={"sun": [span]})
    moment = dt.datetime.fromisoformat(changes[0]).replace(tzinfo=dt.UTC) - dt.timedelta(hours=4)
    found = []
    for change in changes:
        moment = next_change(calendar, moment)
        found.append(moment.replace(tzinfo=None).isoformat())
        assert state_at(calendar, moment - SECOND).name != state_at(calendar, moment).name, change
    assert found == changes


def test_a_state_that_never_changes_has_no_next_change():
    always = office(week={day: ["00:00-24:00"] for day in (*WORKDAYS, "sat", "sun")}, periods={})
    assert next_change(always, at("2026-03-03T10:00")) is None
    assert next_change(office(week={}), at("2026-03-03T10:00")) is None
    party = {"first": "2028-01-01", "title": "Party", "hours": ["10:00-11:00"]}
    assert next_change(office(week={}, exceptions=[party]), at("2026-03-03T10:00")) == at("2028-01-01T10:00")


CLOCKS = st.integers(0, 1440).map(lambda minute: f"{minute // 60:02}:{minute % 60:02}")
SPANS = st.lists(
    st.tuples(CLOCKS, CLOCKS).filter(lambda pair: pair[0] < pair[1]).map(lambda pair: f"{pair[0]}-{pair[1]}"),
    max_size=3,
)
DAYS_OF_2026 = st.integers(0, 364).map(lambda day: dt.date(2026, 1, 1) + dt.timedelta(days=day))
KINDS = st.one_of(
    st.just({"closed": True}),
    st.sampled_from((*WORKDAYS, "sat", "sun")).map(lambda day: {"works_as": day}),
    SPANS.map(lambda spans: {"hours": spans}),
)
EXCEPTIONS = st.builds(
    lambda first, days, kind: CalendarException(
        first=first, last=first + dt.timedelta(days=days), title="x", **kind
    ),
    DAYS_OF_2026,
    st.integers(0, 9),
    KINDS,
)
CALENDARS = st.builds(
    lambda zone, week, lunch, exceptions: office(
        timezone=zone, week=week, periods={"lunch": lunch}, exceptions=exceptions
    ),
    st.sampled_from(
        ["Asia/Shanghai", "America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "Asia/Kathmandu"]
    ),
    st.dictionaries(st.sampled_from((*WORKDAYS, "sat", "sun")), SPANS),
    SPANS,
    st.lists(EXCEPTIONS, max_size=4),
)
MOMENTS = st.datetimes(dt.datetime(2026, 1, 1), dt.datetime(2026, 12, 31), timezones=st.just(dt.UTC))


@pytest.mark.slow
@settings(deadline=None)
@given(CALENDARS, MOMENTS, st.lists(st.floats(0, 1), max_size=30))
def test_between_two_changes_the_state_stays_the_same(
    calendar: Calendar, moment: dt.datetime, fractions: list[float]
):
    name = state_at(calendar, moment).name
    change = next_change(calendar, moment)
    end = change if change is not None else moment + dt.timedelta(days=30)
    assert end > moment
    for fraction in fractions:
        between = moment + (end - moment) * fraction
        if between < end:
            assert state_at(calendar, between).name == name
    if change is not None:
        assert state_at(calendar, change).name != name
        assert state_at(calendar, change - dt.timedelta(microseconds=1)).name == name


@pytest.mark.slow
@settings(deadline=None)
@given(CALENDARS, MOMENTS)
def test_going_from_change_to_change_visits_what_asking_each_minute_sees(
    calendar: Calendar, moment: dt.datetime
):
    moment = moment.replace(second=0, microsecond=0)
    minutes = [moment + dt.timedelta(minutes=n) for n in range(26 * 60)]
    names = [state_at(calendar, minute).name for minute in minutes]
    seen = [minutes[n] for n in range(1, len(minutes)) if names[n] != names[n - 1]]
    visited: list[dt.datetime] = []
    change = next_change(calendar, moment)
    while change is not None and change <= minutes[-1]:
        visited.append(change)
        change = next_change(calendar, change)
    assert visited == seen


@pytest.mark.req("IVR-3")
def test_an_unannounced_year_warns_from_sixty_days_before_until_it_is_over():
    calendar = chinese_office()
    warning = (
        "calendar office: holidays of 2027 are not yet announced: "
        "its days count as ordinary weeks until they are entered"
    )
    assert warnings(calendar, dt.date(2026, 11, 1)) == []
    assert warnings(calendar, dt.date(2026, 11, 2)) == [warning]
    assert warnings(calendar, dt.date(2027, 12, 31)) == [warning]
    assert warnings(calendar, dt.date(2028, 1, 1)) == []


def test_a_calendar_is_compiled_once_and_forgotten_with_its_source():
    calendar = office()
    state_at(calendar, at("2026-03-03T10:00"))
    first = _COMPILED[id(calendar)]
    state_at(calendar, at("2026-03-04T10:00"))
    assert isinstance(first, CompiledCalendar)
    assert _COMPILED[id(calendar)] is first
    key = id(calendar)
    del calendar
    gc.collect()
    assert _COMPILED.get(key) is not first
