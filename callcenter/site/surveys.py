"""What a survey asks besides its main question."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from callcenter.site.words import Key, Name, Part, allow

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
