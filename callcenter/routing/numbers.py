"""Telephone numbers brought to one form, so that one caller is one number whatever the line writes.

The form is what people of the country dial at home: ``+8613800138000``, ``008613800138000`` and
``013800138000`` are ``13800138000``; ``+8675588886666`` is ``075588886666``; ``00852…`` is ``+852…``.
Beginnings of numbers are brought to the same form.
"""

from __future__ import annotations

import re

CODES = {"cn": "86"}
"""The country code that is left out at home. Numbers of other countries only lose their 00."""

_AS_DIALLED = re.compile(r"1[3-9]\d*|[48]00\d*|95\d{3,6}|")
"""National numbers without an area code: mobiles, 400 and 800 numbers, service numbers."""
_AFTER_THE_CODE = re.compile(r"[1-9]\d{9,10}")
"""A whole number with its area code and no 0: nobody dials so many digits at home but for a mobile."""


def normal(number: str, country: str = "cn") -> str:
    """The one form of ``number``, or of its beginning; empty when there is no digit in it."""
    plus = "+" if number.strip().startswith("+") else ""
    text = plus + "".join(sign for sign in number if sign in "0123456789")
    if text.startswith("00"):
        text = f"+{text[2:]}"
    code = CODES.get(country)
    if text == "+" or code is None:
        return text.strip("+") and text
    if text.startswith(f"+{code}"):
        return _at_home(text[len(code) + 1 :])
    if text.startswith(code) and _AFTER_THE_CODE.fullmatch(text[len(code) :]):
        return _at_home(text[len(code) :])
    return _at_home(text) if text.startswith("0") or _AFTER_THE_CODE.fullmatch(text) else text


def written(number: str, country: str = "cn") -> tuple[str, ...]:
    """Every way a line may write a number in its one form."""
    if number.startswith("+"):
        return (number, f"00{number[1:]}")
    code = CODES.get(country)
    if code is None or not number:
        return (number,)
    national = number.removeprefix("0")
    other = f"0{national}" if national == number else national
    return (number, other, *(f"{sign}{code}{national}" for sign in ("", "+", "00")))


def beginnings(number: str) -> tuple[str, ...]:
    """All beginnings of a number, itself the last."""
    return tuple(number[:length] for length in range(1, len(number) + 1))


def _at_home(text: str) -> str:
    national = text.removeprefix("0")
    return national if _AS_DIALLED.fullmatch(national) else f"0{national}"
