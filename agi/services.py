"""What a script may use besides its call; passed in once, when the server starts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import httpx
from sqlalchemy.orm import Session

from agi.snapshots import Snapshots
from callcenter.ports import Clock, Facts


@dataclass(frozen=True, slots=True)
class Services:
    """The published flows, the journal of facts, the time, HTTP for look-ups, and the database.

    ``spool`` is Asterisk's: callers' recorded answers go below it; None records none. ``secret`` gives a stored one
    by its name.
    """

    snapshots: Snapshots
    facts: Facts
    clock: Clock
    http: httpx.AsyncClient
    spool: Path | None = None
    sessions: Callable[[], Session] | None = None
    secret: Callable[[str], str] = str
