"""Where the name is that somebody has said before they came into a room."""

from __future__ import annotations

import re
from pathlib import Path

KEPT_SECONDS = 86_400.0
"""Nobody stays in a room longer."""

_UNIQUEID = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]{0,79}", re.ASCII)


def spoken_name(spool: Path, uniqueid: str) -> Path:
    """A wav below Asterisk's spool. Raises ValueError for what is no channel's id."""
    if not _UNIQUEID.fullmatch(uniqueid):
        raise ValueError(f"not a uniqueid: {uniqueid!r}")
    return _folder(spool) / f"{uniqueid}.wav"


def forget_old(spool: Path, now: float) -> None:
    """Delete names that nobody deleted: of who hung up before they came in, or left while nobody listened.

    ``now``: seconds since 1970. Raises OSError.
    """
    for name in _folder(spool).glob("*.wav"):
        if now - name.stat().st_mtime > KEPT_SECONDS:
            name.unlink()


def _folder(spool: Path) -> Path:
    return spool / "conferences" / "names"
