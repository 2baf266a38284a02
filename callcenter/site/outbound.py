"""Calls that leave the house: which numbers, who may, when, over which trunks, under which number."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from callcenter.site.words import Name, Number, Part, Title, allow

Rights = Literal["inside", "local", "national", "international"]
"""How far a person may call; each reaches what those before it reach."""

RIGHTS: tuple[Rights, ...] = ("inside", "local", "national", "international")
Prefix = Annotated[str, allow(r"^\+?[0-9]{0,15}$", "the beginning of numbers: digits, a + before them")]
Digits = Annotated[str, allow(r"^\+?[0-9]{0,15}$", "digits to put before the number")]


class Route(Part):
    """Numbers that begin alike, and how they leave the house. The longest prefix wins."""

    name: Name
    title: Title
    prefixes: list[Prefix] = Field(min_length=1, description='"" is every number')
    rights: Rights = Field(default="national", description="what a caller needs; inside: everybody")
    min_digits: int = Field(default=3, ge=1, le=20)
    max_digits: int = Field(default=20, ge=1, le=20)
    strip: int = Field(default=0, ge=0, le=15, description="digits taken off the beginning")
    prepend: Digits = ""
    calendar: Name | None = Field(default=None, description="the route is open while this calendar is")
    caller_id: Number | None = Field(
        default=None, description="the number that is shown; default: the seat's"
    )
    cost: int = Field(
        default=100, ge=0, le=1_000_000, description="of a minute, beside that of areas of other sites"
    )
    trunks: list[Name] = Field(min_length=1, description="in order: the next when one is down or full")
    ring_seconds: int = Field(default=60, ge=10, le=180)
