"""Values spoken by a language's own rules: value + language -> the phrase keys to play, in order.

Pure. A key such as ``zh-12`` names one phrase that is synthesised beforehand; ``phrases`` gives their texts.
Keys carry their language and a dash, so they never collide with a site's prompts. A language without rules of
its own is spoken by English ones. To add a language, write a module with the names of ``SpokenLanguage`` and
enter it in ``LANGUAGES``.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal, Protocol

from callcenter.spoken import en, zh

Keys = tuple[str, ...]
Kind = Literal["number", "digits", "date", "time", "money"]
Unit = Literal["minutes", "people"]
LIMIT = 10**16
"""Numbers from here on are not spoken as numbers."""
_NUMBER = re.compile(r"[+-]?[0-9]{1,20}(\.[0-9]{1,10})?")


class SpokenLanguage(Protocol):
    """What a language module has. Values are in range already; fractions are digits after the point."""

    @property
    def PHRASES(self) -> Mapping[str, str]: ...
    def number(self, whole: int, fraction: str, negative: bool) -> Keys: ...
    def digits(self, text: str, telephone: bool) -> Keys: ...
    def date(self, day: dt.date, with_year: bool) -> Keys: ...
    def near_day(self, days_ahead: int) -> Keys: ...
    def time(self, clock: dt.time) -> Keys: ...
    def money(self, hundredths: int, currency: str) -> Keys: ...
    def position(self, place: int) -> Keys: ...
    def count(self, amount: int, unit: Unit) -> Keys: ...
    def in_line(self, place: int) -> Keys: ...
    def wait(self, minutes: int) -> Keys: ...
    def agent_text(self, agent: str) -> str: ...


LANGUAGES: Mapping[str, SpokenLanguage] = {"zh": zh, "en": en}


def rules_of(language: str) -> str:
    """The language whose rules and phrases speak ``language``: zh for zh_CN, en for one without rules."""
    base = language.split("_")[0]
    return base if base in LANGUAGES else "en"


def phrases(language: str) -> Mapping[str, str]:
    """Every phrase that values of ``language`` are made of: key -> text for the speech engine."""
    return _of(language).PHRASES


def number(value: int | float | Decimal, language: str) -> Keys:
    """A number, as 2.5 or -10010. Raises ValueError beyond ±10^16, for NaN and for infinity."""
    exact = value if isinstance(value, Decimal) else Decimal(str(value))
    if not exact.is_finite() or exact.adjusted() >= 16 or exact.adjusted() < -40:
        raise ValueError(f"{value} is too large or too small to be spoken")
    whole, _, fraction = format(abs(exact), "f").partition(".")
    return _of(language).number(int(whole), fraction.rstrip("0"), exact < 0)


def digits(text: str, language: str, telephone: bool | None = None) -> Keys:
    """The digits in ``text`` one by one, other characters left out.

    ``telephone``: Chinese says 幺 for 1; left out, it does so from three digits on.
    """
    only = "".join(char for char in text if char in "0123456789")
    return _of(language).digits(only, len(only) >= 3 if telephone is None else telephone)


def date(day: dt.date, language: str, today: dt.date | None = None) -> Keys:
    """A date. With ``today`` a near day has its name (tomorrow, yesterday), and this year is left out."""
    if today is not None and abs((day - today).days) <= 1:
        return _of(language).near_day((day - today).days)
    return _of(language).date(day, today is None or day.year != today.year)


def time(clock: dt.time, language: str) -> Keys:
    """Hours and minutes of a twelve-hour clock; seconds are left out."""
    return _of(language).time(clock)


def money(amount: Decimal, currency: str, language: str) -> Keys:
    """An amount of CNY, HKD, USD or EUR, rounded half up to hundredths. Raises ValueError for others."""
    if currency not in ("CNY", "HKD", "USD", "EUR"):
        raise ValueError(f"no words for the currency {currency}")
    if not amount.is_finite() or amount.adjusted() >= 13:
        raise ValueError(f"{amount} is too large to be spoken")
    return _of(language).money(int((amount * 100).quantize(Decimal(1), ROUND_HALF_UP)), currency)


def position(place: int, language: str) -> Keys:
    """A place in a queue: 第二位, number two."""
    return _of(language).position(place)


def count(amount: int, unit: Unit, language: str) -> Keys:
    """So many minutes or people: 两分钟, 两位, one person."""
    return _of(language).count(amount, unit)


def in_line(place: int, language: str) -> Keys:
    """The sentence that tells a caller's place: 您排在第二位, you are number two in the line."""
    return _of(language).in_line(place)


def wait(minutes: int, language: str) -> Keys:
    """The sentence that tells the expected wait, less than a minute for 0: 预计等待两分钟."""
    return _of(language).wait(minutes)


def agent_text(agent: str, language: str) -> str:
    """The sentence that presents an agent to a caller, for the speech engine."""
    return _of(language).agent_text(agent)


def say(kind: Kind, value: str, language: str, today: dt.date | None = None, currency: str = "CNY") -> Keys:
    """A flow's text value as ``kind``. Never raises: what is not of that kind is read digit by digit."""
    try:
        match kind:
            case "number":
                return number(_decimal(value), language)
            case "money":
                return money(_decimal(value), currency, language)
            case "date":
                return date(dt.date.fromisoformat(value[:10]), language, today)
            case "time":
                return time(dt.time.fromisoformat(value.rpartition("T")[2]), language)
            case "digits":
                return digits(value, language)
    except ValueError:
        return digits(value, language)


def _of(language: str) -> SpokenLanguage:
    return LANGUAGES[rules_of(language)]


def _decimal(value: str) -> Decimal:
    if not _NUMBER.fullmatch(value):
        raise ValueError(f"{value!r} is not a number")
    return Decimal(value)
