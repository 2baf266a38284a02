"""Rooms for conferences."""

from __future__ import annotations

from pydantic import Field

from callcenter.site.words import Extension, Part, Title


class Room(Part):
    """A conference room. Its PINs are secrets: ``room/NUMBER``, and the host's ``room-host/NUMBER``."""

    number: Extension
    title: Title
    host: bool = Field(default=True, description="members wait with music until the host has come")
    record: bool = False
    most: int = Field(default=20, ge=2, le=100, description="members at a time")
