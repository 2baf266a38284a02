"""What holds for every language that values are spoken in."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter import spoken

LANGUAGES = sorted(spoken.LANGUAGES)
KINDS = get_args(spoken.Kind)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_has_fewer_than_250_phrases_with_keys_of_its_own(language: str):
    phrases = spoken.phrases(language)
    assert len(phrases) < 250
    assert all(key.startswith(f"{language}-") and key.isascii() and text for key, text in phrases.items())


@given(
    st.sampled_from(LANGUAGES),
    st.decimals("-1e15", "1e15", allow_nan=False, places=3),
    st.sampled_from(["CNY", "HKD", "USD", "EUR"]),
    st.dates(),
    st.times(),
    st.integers(0, 10**6),
)
def test_every_key_has_its_phrase(
    language: str, value: Decimal, currency: str, day: dt.date, clock: dt.time, n: int
):
    keys = [
        *spoken.number(value, language),
        *spoken.digits(str(value), language),
        *spoken.money(value / 1000, currency, language),
        *spoken.date(day, language),
        *spoken.time(clock, language),
        *spoken.position(n, language),
        *spoken.count(n, "minutes", language),
        *spoken.count(n, "people", language),
    ]
    assert set(keys) <= set(spoken.phrases(language))


@given(st.sampled_from(KINDS), st.text(), st.sampled_from([*LANGUAGES, "fr"]))
def test_any_text_of_a_flow_is_spoken_and_never_raises(kind: spoken.Kind, text: str, language: str):
    assert set(spoken.say(kind, text, language)) <= set(spoken.phrases(language))


@pytest.mark.parametrize(
    ("kind", "value", "same_as"),
    [
        ("number", "-2.50", spoken.number(Decimal("-2.5"), "zh")),
        ("digits", "10086", spoken.digits("10086", "zh")),
        ("money", "12.5", spoken.money(Decimal("12.5"), "CNY", "zh")),
        ("date", "2026-10-01", spoken.date(dt.date(2026, 10, 1), "zh")),
        ("time", "14:30", spoken.time(dt.time(14, 30), "zh")),
        ("time", "2026-10-01T14:30", spoken.time(dt.time(14, 30), "zh")),
        ("number", "1E+999999999", spoken.digits("1999999999", "zh")),
        ("number", "9" * 20, spoken.digits("9" * 20, "zh")),
        ("date", "31.2.", spoken.digits("312", "zh")),
    ],
)
def test_a_value_of_a_flow_is_spoken_as_its_kind_or_else_digit_by_digit(
    kind: spoken.Kind, value: str, same_as: tuple[str, ...]
):
    assert spoken.say(kind, value, "zh") == same_as


def test_what_no_one_can_say_is_a_value_error():
    for value in (Decimal("NaN"), Decimal("Infinity"), 10**16, Decimal("1e999999"), Decimal("1e-999999")):
        with pytest.raises(ValueError, match="too large"):
            spoken.number(value, "zh")
    with pytest.raises(ValueError, match="currency"):
        spoken.money(Decimal(1), "XXX", "zh")


def test_a_language_without_rules_is_spoken_by_english_ones():
    assert spoken.rules_of("zh_CN") == "zh"
    assert spoken.rules_of("fr") == "en"
    assert spoken.number(2, "fr") == spoken.number(2, "en")
