"""Who gets a call: rules on where it comes from, regions by number, the agent asked first, the end of loops."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from callcenter.site.words import Language, Name, Number, Part, Title, allow

Beginning = Annotated[str, allow(r"^\+?[0-9]{1,20}$", "1 to 20 digits, with or without a + before them")]
"""What numbers begin with."""

CallerPattern = Annotated[
    str, allow(r"^\+?[0-9]{1,20}\*?$", "a number, or what numbers begin with and a * as 0755*")
]
"""A caller's number, or its beginning with a ``*`` after it."""

Destination = Annotated[
    str,
    allow(r"^(@hangup|[a-z][a-z0-9_]*/[a-z0-9_]*)$", "flow/step, flow/ or @hangup"),
]
"""Where a call goes from anywhere."""


class Region(Part):
    """Numbers that belong together by what they begin with."""

    name: Name
    title: Title
    prefixes: list[Beginning] = Field(min_length=1, description="area codes as 0755, mobiles as 1380755")


class Rule(Part):
    """Sends the calls that meet all of its conditions to one destination: flow, queue, message or refuse.

    The first rule that holds decides; when none does, the dialled number's own flow is opened. A list holds
    when one of it does.
    """

    name: Name
    trunks: list[Name] = Field(default_factory=list)
    numbers: list[Number] = Field(default_factory=list, description="numbers dialled")
    callers: list[CallerPattern] = Field(default_factory=list)
    regions: list[Name] = Field(default_factory=list)
    tiers: list[Name] = Field(default_factory=list, description="tiers of the VIP list")
    languages: list[Language] = Field(default_factory=list, description="the language the line begins with")
    hidden: bool = Field(default=False, description="only callers without a number")
    calendar: Name | None = None
    states: list[Name] = Field(
        default_factory=list, description="of the calendar: open, closed, holiday or a period's name"
    )
    flow: Name | None = None
    queue: Name | None = Field(default=None, description="straight to this queue, past the flow")
    message: Name | None = Field(default=None, description="prompt that is played before the end")
    refuse: bool = Field(default=False, description="busy, without an answer")
    priority: int = Field(default=0, ge=0, le=20, description="in every queue of the call")
    language: Language | None = Field(default=None, description="speak this language instead")


class LastAgent(Part):
    """A returning caller is first offered to the agent who served them last in this queue."""

    within_hours: int = Field(default=24, ge=1, le=8760)
    wait_seconds: int = Field(default=15, ge=0, le=600, description="for an agent who is busy")


class Loops(Part):
    """A call that goes from destination to destination ends at a safe one."""

    most: int = Field(default=10, ge=2, le=90, description="queues, phones, numbers and boxes in one call")
    then: Destination = "@hangup"
