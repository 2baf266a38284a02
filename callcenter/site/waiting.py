"""What a caller hears while waiting in a queue."""

from __future__ import annotations

from pydantic import Field

from callcenter.site.words import Name, Number, Part


class Announce(Part):
    """Spoken into the music, in the caller's language; never while an agent's phone rings."""

    welcome: list[Name] = Field(default_factory=list, description="prompts said once, before all else")
    position: bool = Field(default=False, description="tell the place in the line")
    wait: bool = Field(default=False, description="tell the expected wait, once enough calls are known")
    every_seconds: int = Field(default=30, ge=10, le=3600, description="from one announcement to the next")
    messages: list[Name] = Field(
        default_factory=list, description="prompts said by turns, one behind each announcement but the first"
    )


class CallBack(Part):
    """Who leaves a call-back request keeps the place in the queue, and is called when its turn comes.

    The customer is rung first, and confirms with 1; then the call goes to the head of the line.
    """

    trunk: Name = Field(description="the trunk the customer is called over")
    caller_id: Number = Field(description="the number the customer sees")
    intro: Name = Field(description='prompt as "you asked us to call; press 1 to be connected"')
    attempts: int = Field(default=3, ge=1, le=10)
    pause_seconds: int = Field(default=300, ge=5, le=86400, description="between two attempts")
    ring_seconds: int = Field(default=30, ge=5, le=120)
