"""Where a recording's files stand: the part being written, and the finished one.

Names are made of the leg's uniqueid and of numbers from our own site, never of caller data.
"""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

PART_FOLDER = ".part"
_UNIQUEID = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]{0,79}", re.ASCII)
_OTHER = re.compile(r"[^A-Za-z0-9_-]", re.ASCII)


def part_folder(spool: Path) -> Path:
    """Where Asterisk writes while a leg is up."""
    return spool / "recordings" / PART_FOLDER


def part_file(spool: Path, uniqueid: str) -> Path:
    """The file a leg is recorded into; the rendered dialplan names it the same way."""
    return part_folder(spool) / f"{checked(uniqueid)}.sln"


def finished_path(uniqueid: str, started_at: dt.datetime, queue: str | None, agent: str | None) -> Path:
    """Below the recordings folder: ``2026/11/22/093015-service-1001-<uniqueid>.wav`` (UTC)."""
    day = started_at.astimezone(dt.UTC)
    who = f"{_plain(queue or 'direct')}-{_plain(agent or 'none')}"
    return Path(f"{day:%Y/%m/%d}") / f"{day:%H%M%S}-{who}-{checked(uniqueid)}.wav"


def uniqueid_of_part(part: Path) -> str:
    """The leg a part file belongs to."""
    return part.name.removesuffix(".sln")


def checked(uniqueid: str) -> str:
    """The uniqueid, if it may stand in a file name; ValueError if not."""
    if not _UNIQUEID.fullmatch(uniqueid):
        raise ValueError(f"not a uniqueid: {uniqueid!r}")
    return uniqueid


def _plain(name: str) -> str:
    """Our own names pass as they are; of a member somebody added by hand nothing gets out of the folder."""
    return _OTHER.sub("_", name)[:40]
