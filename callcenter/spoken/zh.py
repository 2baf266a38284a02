"""Chinese (Mandarin) rules. Keys end up as recorded phrases, so each is as large a piece as stays reasonable.

- 万 and 亿 group by four digits; 零 stands once for any run of empty places inside a number.
- 10 to 19 are 十, 十一 at the beginning and 一十, 一十一 inside: 110 is 一百一十.
- 2 is 两 before 百 at the beginning, 千, 万, 亿 and measure words; 二 elsewhere (第二位, 二十).
- Years and telephone numbers go digit by digit; 幺 is 1 on the telephone. 〇 is read 零.
"""

from __future__ import annotations

import datetime as dt
from itertools import chain
from typing import Literal

from callcenter.spoken.twelve_hours import twelve

_DIGITS = "零一二三四五六七八九"
ZERO, LIANG, WAN, YI = "zh-0", "zh-liang", "zh-wan", "zh-yi"
_COINS = {
    "CNY": ("zh-yuan", "zh-jiao", "zh-fen"),
    "HKD": ("zh-hkd", "zh-jiao", "zh-fen"),
    "USD": ("zh-usd", None, "zh-usd-cent"),
    "EUR": ("zh-eur", None, "zh-eur-cent"),
}
_HALVES_OF_THE_DAY = ((5, "dawn"), (11, "morning"), (12, "noon"), (17, "afternoon"), (23, "evening"))


def _below_hundred(n: int) -> str:
    tens, ones = divmod(n, 10)
    text = "" if tens == 0 else "十" if tens == 1 else f"{_DIGITS[tens]}十"
    return text + (_DIGITS[ones] if ones or not tens else "")


def _phrases() -> dict[str, str]:
    text = {f"zh-{n}": _below_hundred(n) for n in range(100)}
    text |= {f"zh-in{n}": f"一{_below_hundred(n)}" for n in range(10, 20)}
    text |= {f"zh-{n}00": f"{_DIGITS[n]}百" for n in range(1, 10)}
    text |= {f"zh-{n}000": f"{_DIGITS[n]}千" for n in range(1, 10)}
    text |= {"zh-200": "两百", "zh-in200": "二百", "zh-2000": "两千"}
    text |= {f"zh-month-{n}": f"{_below_hundred(n)}月" for n in range(1, 13)}
    text |= {f"zh-day-{n}": f"{_below_hundred(n)}日" for n in range(1, 32)}
    text |= {f"zh-hour-{n}": f"{_below_hundred(n)}点" for n in range(13)} | {"zh-hour-2": "两点"}
    return text | {
        LIANG: "两",
        WAN: "万",
        YI: "亿",
        "zh-yao": "幺",
        "zh-point": "点",
        "zh-minus": "负",
        "zh-th": "第",
        "zh-people": "位",
        "zh-you-are": "您排在",
        "zh-wait": "预计等待",
        "zh-wait-less": "预计等待不到",
        "zh-minutes": "分钟",
        "zh-year": "年",
        "zh-half": "半",
        "zh-dawn": "凌晨",
        "zh-morning": "上午",
        "zh-noon": "中午",
        "zh-afternoon": "下午",
        "zh-evening": "晚上",
        "zh-today": "今天",
        "zh-tomorrow": "明天",
        "zh-yesterday": "昨天",
        "zh-yuan": "元",
        "zh-jiao": "角",
        "zh-fen": "分",
        "zh-hkd": "港元",
        "zh-usd": "美元",
        "zh-usd-cent": "美分",
        "zh-eur": "欧元",
        "zh-eur-cent": "欧分",
    }


PHRASES = _phrases()


def number(whole: int, fraction: str, negative: bool) -> tuple[str, ...]:
    """负十二点零五: the fraction digit by digit."""
    point = ("zh-point", *_one_by_one(fraction)) if fraction else ()
    return (*(("zh-minus",) if negative else ()), *_whole(whole), *point)


def digits(text: str, telephone: bool) -> tuple[str, ...]:
    """幺零零八六 on the telephone, 一零零八六 else."""
    return tuple("zh-yao" if telephone and digit == "1" else f"zh-{digit}" for digit in text)


def date(day: dt.date, with_year: bool) -> tuple[str, ...]:
    """二零二六年十月一日."""
    year = (*_one_by_one(str(day.year)), "zh-year") if with_year else ()
    return (*year, f"zh-month-{day.month}", f"zh-day-{day.day}")


def near_day(days_ahead: int) -> tuple[str, ...]:
    """昨天, 今天, 明天 for -1, 0, 1."""
    return (("zh-yesterday", "zh-today", "zh-tomorrow")[days_ahead + 1],)


def time(clock: dt.time) -> tuple[str, ...]:
    """下午两点半, 上午九点零五分, 中午十二点, 凌晨零点十分."""
    part = next(name for last, name in _HALVES_OF_THE_DAY if clock.hour <= last)
    hour = 0 if clock.hour == 0 else twelve(clock.hour)
    keys = (f"zh-{part}", f"zh-hour-{hour}")
    if clock.minute == 0:
        return keys
    if clock.minute == 30:
        return (*keys, "zh-half")
    return (*keys, *((ZERO,) if clock.minute < 10 else ()), f"zh-{clock.minute}", "zh-fen")


def money(hundredths: int, currency: str) -> tuple[str, ...]:
    """十二元三角四分, 一元零五分, 两角; 零元 for nothing; 美元 and 欧元 have no 角."""
    main, tenth, cent = _COINS[currency]
    whole, rest = divmod(abs(hundredths), 100)
    tens, ones = divmod(rest, 10) if tenth else (0, rest)
    parts: list[tuple[str, ...]] = [("zh-minus",)] if hundredths < 0 else []
    parts += [_measured(whole, main)] if whole or not rest else []
    parts += [_measured(tens, tenth)] if tenth and tens else []
    parts += [(ZERO,)] if tenth and whole and ones and not tens else []
    parts += [_measured(ones, cent)] if ones else []
    return tuple(chain.from_iterable(parts))


def position(place: int) -> tuple[str, ...]:
    """第二位."""
    return ("zh-th", *_whole(place), "zh-people")


def count(amount: int, unit: Literal["minutes", "people"]) -> tuple[str, ...]:
    """两分钟, 两位, 十二位."""
    return _measured(amount, f"zh-{unit}")


def in_line(place: int) -> tuple[str, ...]:
    """您排在第二位."""
    return ("zh-you-are", *position(place))


def wait(minutes: int) -> tuple[str, ...]:
    """预计等待两分钟; 预计等待不到一分钟 for nothing."""
    return ("zh-wait", *count(minutes, "minutes")) if minutes else ("zh-wait-less", *count(1, "minutes"))


def agent_text(agent: str) -> str:
    """工号幺零零幺为您服务, digits one by one."""
    return f"工号{''.join(PHRASES[key] for key in digits(agent, len(agent) >= 3))}为您服务"


def _measured(amount: int, unit: str) -> tuple[str, ...]:
    return (LIANG, unit) if amount == 2 else (*_whole(amount), unit)


def _one_by_one(text: str) -> tuple[str, ...]:
    return tuple(f"zh-{digit}" for digit in text)


def _whole(n: int, inside: bool = False) -> tuple[str, ...]:
    """0 <= n < 10^16. ``inside``: a larger unit was said before."""
    for unit, size in ((YI, 10**8), (WAN, 10**4)):
        if n >= size:
            high, low = divmod(n, size)
            amount = (LIANG,) if high == 2 else _whole(high, inside)
            return (*amount, unit, *_rest(low, size))
    return _section(n, inside)


def _rest(low: int, size: int) -> tuple[str, ...]:
    if low == 0:
        return ()
    return (*((ZERO,) if low * 10 < size else ()), *_whole(low, inside=True))


def _section(n: int, inside: bool) -> tuple[str, ...]:
    """0 <= n < 10^4: the part between 万 and 亿."""
    thousands, below = divmod(n, 1000)
    hundreds, rest = divmod(below, 100)
    inside = inside or thousands > 0
    keys = [f"zh-{thousands}000"] if thousands else []
    keys += [ZERO] if thousands and rest and not hundreds else []
    keys += ["zh-in200" if hundreds == 2 and inside else f"zh-{hundreds}00"] if hundreds else []
    keys += [ZERO] if hundreds and 0 < rest < 10 else []
    if rest or n == 0:
        keys.append(f"zh-in{rest}" if (inside or hundreds) and 10 <= rest < 20 else f"zh-{rest}")
    return tuple(keys)
