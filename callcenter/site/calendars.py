"""Opening hours: a week, and dated exceptions both ways (a holiday, a Sunday that is worked)."""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from callcenter.site.words import Name, Part, Title, Zone, allow

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Span = Annotated[
    str,
    allow(
        r"^([01][0-9]|2[0-3]):[0-5][0-9]-(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$",
        "local hours as 08:30-12:00, up to 24:00",
    ),
]
"""Local wall-clock time, first minute in, last out: ``08:30-12:00``. Never over midnight: write two."""


def _iso(value: object) -> object:
    """Only 2026-10-01 is a day: pydantic would read 20261001 as seconds since 1970."""
    if isinstance(value, str) and not re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        raise ValueError(f'"{value}" will not do: give a date as 2026-10-01')
    return value


Day = Annotated[dt.date, BeforeValidator(_iso)]
"""A date of the calendar's own zone."""


class CalendarException(Part):
    """A dated exception. Give ``closed`` (a holiday), or ``works_as`` / ``hours`` (a day that is worked)."""

    first: Day
    last: Day | None = Field(default=None, description="last day, when it is not the first")
    title: Title
    closed: bool = False
    works_as: Weekday | None = Field(default=None, description="open like this weekday")
    hours: list[Span] | None = Field(
        default=None, description="open at exactly these hours: named periods do not cut them"
    )

    @model_validator(mode="after")
    def _one_kind(self) -> CalendarException:
        if [self.closed, self.works_as is not None, self.hours is not None].count(True) != 1:
            raise ValueError("give exactly one of closed: true, works_as or hours")
        if self.last is not None and self.last < self.first:
            raise ValueError("last lies before first")
        return self


class Calendar(Part):
    """When a line is served: at a moment it is ``open``, ``holiday``, a period's name, or ``closed``."""

    name: Name
    title: Title
    timezone: Zone = Field(description="IANA zone, as Asia/Shanghai")
    week: dict[Weekday, list[Span]] = Field(description="open hours; a day left out is closed")
    periods: dict[Name, list[Span]] = Field(
        default_factory=dict, description="named closed hours on days that are worked, as lunch"
    )
    exceptions: list[CalendarException] = Field(default_factory=list)
    unannounced_years: list[int] = Field(
        default_factory=list, description="years whose public holidays are not yet announced: they warn"
    )
