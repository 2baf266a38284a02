"""Rooms for conferences."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from callcenter.site.words import Extension, Part, Title


class Room(Part):
    """A conference room. Its PINs are secrets: ``room/NUMBER``, and the host's ``room-host/NUMBER``."""

    number: Extension
    title: Title
    host: bool = Field(default=True, description="members wait with music until the host has come")
    record: bool = False
    announce: Literal["none", "beep", "name"] = Field(
        default="none", description="what those in the room hear of who comes and goes"
    )
    most: int = Field(default=20, ge=2, le=100, description="members at a time")
