"""Values in English, against num2words and against sentences a speaker wrote."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from num2words import num2words

from callcenter import spoken


def heard(keys: tuple[str, ...]) -> str:
    return " ".join(spoken.phrases("en")[key] for key in keys)


@pytest.mark.req("IVR-4")
@given(st.one_of(st.integers(-(10**10), 10**15 - 1), st.integers(0, 2000)))
def test_any_number_agrees_with_an_independent_reader_of_numbers(n: int):
    assert heard(spoken.number(n, "en")) == num2words(n).replace(",", "").replace(" and ", " ")


@given(st.integers(1, 31))
def test_any_day_of_a_month_agrees_with_an_independent_reader_of_ordinals(day: int):
    assert (
        heard(spoken.date(dt.date(2026, 1, day), "en", dt.date(2026, 6, 1)))
        == f"January {num2words(day, to='ordinal')}"
    )


@given(st.integers(1100, 2999))
def test_any_year_agrees_with_an_independent_reader_of_years(year: int):
    text = heard(spoken.date(dt.date(year, 10, 1), "en")).removeprefix("October first ")
    assert text == num2words(year, to="year").replace("oh-", "oh ").replace(" and ", " ")


@pytest.mark.parametrize(
    ("clock", "text"),
    [
        ("00:00", "midnight"),
        ("00:05", "twelve oh five a.m."),
        ("09:00", "nine o'clock a.m."),
        ("12:00", "noon"),
        ("12:30", "twelve thirty p.m."),
        ("14:45", "two forty-five p.m."),
    ],
)
def test_a_time_is_of_twelve_hours(clock: str, text: str):
    assert heard(spoken.time(dt.time.fromisoformat(clock), "en")) == text


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        ("12.34", "USD", "twelve dollars thirty-four cents"),
        ("1.01", "USD", "one dollar one cent"),
        ("0", "CNY", "zero yuan"),
        ("1200.5", "CNY", "one thousand two hundred yuan fifty fen"),
        ("-0.05", "EUR", "minus five cents"),
        ("2", "HKD", "two Hong Kong dollars"),
    ],
)
def test_money_is_counted_in_its_coins(amount: str, currency: str, text: str):
    assert heard(spoken.money(Decimal(amount), currency, "en")) == text


def test_places_counts_near_days_and_digits_have_their_words():
    today = dt.date(2026, 10, 1)
    assert heard(spoken.position(2, "en")) == "number two"
    assert heard(spoken.count(1, "people", "en")) == "one person"
    assert heard(spoken.count(2, "minutes", "en")) == "two minutes"
    assert heard(spoken.date(today, "en", today)) == "today"
    assert heard(spoken.digits("10086", "en")) == "one zero zero eight six"
    assert heard(spoken.number(2.05, "en")) == "two point zero five"
    assert spoken.agent_text("1001", "en") == "Agent one zero zero one, at your service."
