"""What is known of a caller before a call is sent anywhere: entries of the lists, emergency closings.

It is fetched before the decision (``callcenter.ports.Knowledge``); when it can't be, ``trouble`` says why and
the call goes on as if nothing were known.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Listed:
    """An entry of the black list or the VIP list that holds for the caller now."""

    id: int
    list: Literal["block", "vip"]
    number: str
    prefix: bool = False
    prompt: str = ""
    tier: str = ""
    agent: str = ""
    wait_seconds: int = 0
    queue: str = ""
    priority: int = 0

    @property
    def words(self) -> str:
        """``black list #7`` or ``VIP list #12``, with the beginning that a prefix stands for."""
        name = "black list" if self.list == "block" else "VIP list"
        return f"{name} #{self.id}" + (f" ({self.number}…)" if self.prefix else "")


@dataclass(frozen=True, slots=True)
class Closing:
    """An emergency closing in force; ``calendar`` is None for all of them."""

    calendar: str | None
    began_at: dt.datetime
    by: str
    prompt: str = ""


@dataclass(frozen=True, slots=True)
class Known:
    """All of it. ``entry`` is the one that counts."""

    entry: Listed | None = None
    closings: tuple[Closing, ...] = ()
    trouble: str = ""

    def closing_of(self, calendar: str) -> Closing | None:
        """The newest emergency closing of a calendar."""
        found = [each for each in self.closings if each.calendar in (None, calendar)]
        return max(found, key=lambda each: each.began_at) if found else None

    @property
    def closing_of_all(self) -> Closing | None:
        """The newest emergency closing of everything."""
        found = [each for each in self.closings if each.calendar is None]
        return max(found, key=lambda each: each.began_at) if found else None


NOTHING = Known()


def one_that_counts(entries: Iterable[Listed]) -> Listed | None:
    """The whole number before its beginnings, the longer beginning first; of two alike the black list's."""
    return min(entries, key=lambda each: (each.prefix, -len(each.number), each.list == "vip"), default=None)
