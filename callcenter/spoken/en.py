"""English rules, American: no "and" in numbers, month before day, ordinals in dates, a.m. and p.m.

0 is "zero" in digits and decimals, "oh" only in times (nine oh five) and years (nineteen oh five).
"""

from __future__ import annotations

import datetime as dt
from typing import Literal

from callcenter.spoken.twelve_hours import twelve


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_SMALL = _words(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen"
)
_TENS = _words("twenty thirty forty fifty sixty seventy eighty ninety")
_ORDINALS = _words(
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth "
    "fifteenth sixteenth seventeenth eighteenth nineteenth twentieth twenty-first twenty-second twenty-third "
    "twenty-fourth twenty-fifth twenty-sixth twenty-seventh twenty-eighth twenty-ninth thirtieth thirty-first"
)
_MONTHS = _words("January February March April May June July August September October November December")
_SCALES = (("trillion", 10**12), ("billion", 10**9), ("million", 10**6), ("thousand", 10**3))
_COINS = {
    "CNY": ("yuan", "yuan", "fen", "fen"),
    "HKD": ("Hong Kong dollar", "Hong Kong dollars", "cent", "cents"),
    "USD": ("dollar", "dollars", "cent", "cents"),
    "EUR": ("euro", "euros", "cent", "cents"),
}
_OTHERS = _words(
    "hundred thousand million billion trillion point minus oh noon midnight today tomorrow yesterday number "
    "minute minutes person people yuan fen dollar dollars cent cents euro euros"
)


def _below_hundred(n: int) -> str:
    if n < 20:
        return _SMALL[n]
    tens, ones = divmod(n, 10)
    return _TENS[tens - 2] + (f"-{_SMALL[ones]}" if ones else "")


def _key(words: str) -> str:
    return f"en-{words.replace(' ', '-').lower()}"


def _phrases() -> dict[str, str]:
    text = {f"en-{n}": _below_hundred(n) for n in range(100)}
    text |= {f"en-nth-{n}": word for n, word in enumerate(_ORDINALS, start=1)}
    text |= {f"en-month-{n}": word for n, word in enumerate(_MONTHS, start=1)}
    text |= {_key(word): word for word in (*_OTHERS, "Hong Kong dollar", "Hong Kong dollars")}
    text |= {"en-am": "a.m.", "en-pm": "p.m.", "en-oclock": "o'clock"}
    return text | {
        "en-you-are": "You are",
        "en-in-line": "in the line.",
        "en-wait": "The expected wait is",
        "en-wait-less": "The expected wait is less than",
    }


PHRASES = _phrases()


def number(whole: int, fraction: str, negative: bool) -> tuple[str, ...]:
    """minus twelve point zero five."""
    point = ("en-point", *(f"en-{digit}" for digit in fraction)) if fraction else ()
    return (*(("en-minus",) if negative else ()), *_whole(whole), *point)


def digits(text: str, telephone: bool) -> tuple[str, ...]:
    """one zero zero eight six; ``telephone`` makes no difference in English."""
    return tuple(f"en-{digit}" for digit in text)


def date(day: dt.date, with_year: bool) -> tuple[str, ...]:
    """October first, twenty twenty-six."""
    return (f"en-month-{day.month}", f"en-nth-{day.day}", *(_year(day.year) if with_year else ()))


def near_day(days_ahead: int) -> tuple[str, ...]:
    """yesterday, today, tomorrow for -1, 0, 1."""
    return (("en-yesterday", "en-today", "en-tomorrow")[days_ahead + 1],)


def time(clock: dt.time) -> tuple[str, ...]:
    """two thirty p.m., nine oh five a.m., nine o'clock a.m., noon, midnight."""
    if clock.minute == 0 and clock.hour % 12 == 0:
        return ("en-noon" if clock.hour else "en-midnight",)
    minute = ("en-oclock",) if clock.minute == 0 else _two_digits(clock.minute)
    return (f"en-{twelve(clock.hour)}", *minute, "en-pm" if clock.hour >= 12 else "en-am")


def money(hundredths: int, currency: str) -> tuple[str, ...]:
    """twelve dollars thirty-four cents, five cents, zero yuan."""
    one, many, cent, cents = (_key(word) for word in _COINS[currency])
    whole, rest = divmod(abs(hundredths), 100)
    main = (*_whole(whole), one if whole == 1 else many) if whole or not rest else ()
    small = (f"en-{rest}", cent if rest == 1 else cents) if rest else ()
    return (*(("en-minus",) if hundredths < 0 else ()), *main, *small)


def position(place: int) -> tuple[str, ...]:
    """number two."""
    return ("en-number", *_whole(place))


def count(amount: int, unit: Literal["minutes", "people"]) -> tuple[str, ...]:
    """one minute, two people."""
    one = {"minutes": "en-minute", "people": "en-person"}[unit]
    return (*_whole(amount), one if amount == 1 else f"en-{unit}")


def in_line(place: int) -> tuple[str, ...]:
    """You are number two in the line."""
    return ("en-you-are", *position(place), "en-in-line")


def wait(minutes: int) -> tuple[str, ...]:
    """The expected wait is two minutes; less than one minute for nothing."""
    return ("en-wait", *count(minutes, "minutes")) if minutes else ("en-wait-less", *count(1, "minutes"))


def agent_text(agent: str) -> str:
    """Agent one zero zero one, at your service."""
    return f"Agent {' '.join(PHRASES[key] for key in digits(agent, True))}, at your service."


def _two_digits(n: int) -> tuple[str, ...]:
    return ("en-oh", f"en-{n}") if n < 10 else (f"en-{n}",)


def _year(year: int) -> tuple[str, ...]:
    century, rest = divmod(year, 100)
    if (century % 10 == 0 and rest < 10) or century == 0:
        return _whole(year)
    return (f"en-{century}", *(_two_digits(rest) if rest else ("en-hundred",)))


def _whole(n: int) -> tuple[str, ...]:
    """0 <= n < 10^16."""
    for word, size in _SCALES:
        if n >= size:
            high, low = divmod(n, size)
            return (*_whole(high), f"en-{word}", *(_whole(low) if low else ()))
    return _below_thousand(n)


def _below_thousand(n: int) -> tuple[str, ...]:
    hundreds, rest = divmod(n, 100)
    if not hundreds:
        return (f"en-{rest}",)
    return (f"en-{hundreds}", "en-hundred", *((f"en-{rest}",) if rest else ()))
