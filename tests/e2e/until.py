"""Waiting for what must come: ask again until it is there, and say what was there when it never came."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")
ASK_AGAIN_SECONDS = 0.05
"""Looks that take long themselves are further apart: two thirds of the time is left to what is waited for."""


def until(look: Callable[[], T], seconds: float, what: str) -> T:
    """The first true answer of ``look``. AssertionError names ``what`` after ``seconds`` without one."""
    began = time.monotonic()
    end = began + seconds
    while not (found := look()):
        now = time.monotonic()
        assert now < end, f"not within {seconds:g} s: {what}; last: {found!r}"
        time.sleep(max(ASK_AGAIN_SECONDS, 2 * (now - began)))
        began = time.monotonic()
    return found
