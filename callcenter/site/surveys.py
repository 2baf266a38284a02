"""What a survey asks besides its main question, and whom it asks by a link."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from callcenter.site.calendars import Span
from callcenter.site.words import Key, Language, Name, Number, Part, Text, allow

MailAddress = Annotated[
    str, allow(r"^[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+$", "a mail address as duty@example.com")
]


class Why(Part):
    """Asked of a caller who presses 3 or 4: a key of ``reasons``, or a message of ``message_seconds``."""

    question: Name = Field(description="the prompt: which key for what, or please speak now")
    reasons: dict[Key, Name] = Field(default_factory=dict, description="key: the reason's name")
    message_seconds: int = Field(default=0, ge=0, le=300, description="record so long a message instead")


class Question(Part):
    """One more question, asked after the main one; its answer is kept by its name and is no score."""

    name: Name
    question: Name
    keys: Annotated[str, allow(r"^[0-9]{1,10}$", "the keys that answer, as 12")] = "1234"


Unscored = Literal[
    "caller_left_first",
    "transferred",
    "survey_failed",
    "pbx_restart",
    "no_answer",
    "wrong_key",
    "caller_hung_up",
]
"""Why there is no score, as ``schema.calls.Score`` has it in its reason or outcome."""


class Link(Part):
    """Who was not asked, or did not answer, gets a message with a link to a page that asks the same."""

    when: list[Unscored] = Field(default=["caller_left_first"], min_length=1)
    hours: int = Field(default=72, ge=1, le=720, description="so long the link can be used")
    between: Span = Field(default="08:00-21:00", description="when messages go out, in the site's zone")
    text: dict[Language, Text] = Field(min_length=1, description="the message; {link} stands for the link")
    mobiles: list[Number] = Field(
        default_factory=list,
        description="how other numbers that take messages begin, as +8529; mobile numbers of China do",
    )
    words: dict[Name, dict[Language, Text]] = Field(
        default_factory=dict,
        description="what the page says instead of a prompt, a reason's name, or an answer as solved_1",
    )
