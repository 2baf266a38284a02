"""Waiting for what must come: ask again until it is there, and say what was there when it never came."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")
ASK_AGAIN_SECONDS, MOST_SECONDS = 0.05, 0.25
"""Between two looks: at first, and after a while. Many wait at once, and each look costs."""


def until(look: Callable[[], T], seconds: float, what: str) -> T:
    """The first true answer of ``look``. AssertionError names ``what`` after ``seconds`` without one."""
    return _until(bool, look, seconds, what)


def until_is(wanted: T, look: Callable[[], T], seconds: float, what: str) -> None:
    """Return when ``look`` answers ``wanted``. AssertionError tells its last answer besides."""
    _until(lambda found: found == wanted, look, seconds, f"{what} {wanted!r}")


def _until(fits: Callable[[T], bool], look: Callable[[], T], seconds: float, what: str) -> T:
    """The first answer of ``look`` that fits."""
    began = time.monotonic()
    end, pause = began + seconds, ASK_AGAIN_SECONDS
    while not fits(found := look()):
        now = time.monotonic()
        assert now < end, f"not within {seconds:g} s: {what}; last: {found!r}"
        time.sleep(max(pause, 2 * (now - began)))  # looks that take long leave two thirds of the time
        began, pause = time.monotonic(), min(1.2 * pause, MOST_SECONDS)
    return found
