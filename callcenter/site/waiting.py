"""What a caller hears while waiting in a queue."""

from __future__ import annotations

from pydantic import Field

from callcenter.site.words import Name, Part


class Announce(Part):
    """Spoken into the music, in the caller's language; never while an agent's phone rings."""

    welcome: list[Name] = Field(default_factory=list, description="prompts said once, before all else")
    position: bool = Field(default=False, description="tell the place in the line")
    wait: bool = Field(default=False, description="tell the expected wait, once enough calls are known")
    every_seconds: int = Field(default=30, ge=10, le=3600, description="from one announcement to the next")
    messages: list[Name] = Field(
        default_factory=list, description="prompts said by turns, one behind each announcement but the first"
    )
