"""Sites that a site is linked to: their numbers, what is cheap from there, and what their calls may do here."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from callcenter.site.outbound import Rights
from callcenter.site.words import Name, Part, Title, allow

Pattern = Annotated[
    str,
    allow(r"^[0-9]{1,8}x{0,7}$", "inside numbers that begin alike, as 62xx: digits, an x for any digit"),
]
"""Inside numbers of one length: ``62xx`` is 6200 to 6299."""
Beginning = Annotated[str, allow(r"^\+?[0-9]{1,15}$", "the beginning of numbers: digits, a + before them")]
Cost = Annotated[int, Field(ge=0, le=1_000_000)]
"""Of a minute, in any unit that is the same at every site."""


class Area(Part):
    """Outside numbers that a peer's own lines reach cheaply."""

    prefixes: list[Beginning] = Field(min_length=1)
    cost: Cost = Field(default=0, description="of a minute from there; the cheapest way is tried first")
    rights: Rights = Field(default="national", description="what a caller needs where no route says it")


class Peer(Part):
    """Another site with a Hotline of its own, by the name it gives itself."""

    name: Name
    title: Title
    trunk: Name = Field(description="the link: a trunk by address that leads to that site's Asterisk")
    inside: list[Pattern] = Field(default_factory=list, description="the numbers of its seats and queues")
    areas: list[Area] = Field(default_factory=list)
    routes: list[Name] = Field(
        default_factory=list, description="routes of ours by which its calls may leave; default: none"
    )

    def has(self, number: str) -> bool:
        """Whether this is one of its inside numbers."""
        return any(fits(pattern, number) for pattern in self.inside)


def fits(pattern: str, number: str) -> bool:
    """Whether a number is one of those of a pattern."""
    return len(number) == len(pattern) and number.startswith(pattern.rstrip("x"))
