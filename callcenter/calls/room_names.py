"""Where the name is that somebody has said before they came into a room."""

from __future__ import annotations

import re
from pathlib import Path

_UNIQUEID = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]{0,79}", re.ASCII)


def spoken_name(spool: Path, uniqueid: str) -> Path:
    """A wav below Asterisk's spool. Raises ValueError for what is no channel's id."""
    if not _UNIQUEID.fullmatch(uniqueid):
        raise ValueError(f"not a uniqueid: {uniqueid!r}")
    return spool / "conferences" / "names" / f"{uniqueid}.wav"
