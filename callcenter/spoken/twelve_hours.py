"""The twelve-hour clock that spoken times use."""

from __future__ import annotations


def twelve(hour: int) -> int:
    """1 to 12 for an hour from 0 to 23."""
    return (hour - 1) % 12 + 1
