"""Waiting for what must come: ask again until it is there, and say what was there when it never came."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")
ASK_AGAIN_SECONDS = 0.02


def until(look: Callable[[], T], seconds: float, what: str) -> T:
    """The first true answer of ``look``. AssertionError names ``what`` after ``seconds`` without one."""
    end = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < end, f"not within {seconds:g} s: {what}; last: {found!r}"
        time.sleep(ASK_AGAIN_SECONDS)
    return found
