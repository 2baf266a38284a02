"""What a script may use besides its call; passed in once, when the server starts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from sqlalchemy.orm import Session

from agi.knowledge import NoKnowledge
from agi.snapshots import Snapshots
from callcenter.ports import Clock, Facts, Knowledge


@dataclass(frozen=True, slots=True)
class Services:
    """The published flows, the journal of facts, the time, HTTP for look-ups, and the database.

    ``knowledge`` of callers is asked of the database too, but never waited for longer than a caller can.
    ``spool`` is Asterisk's: callers' recorded answers go below it; None records none.
    """

    snapshots: Snapshots
    facts: Facts
    clock: Clock
    http: httpx.AsyncClient
    spool: Path | None = None
    sessions: Callable[[], Session] | None = None
    knowledge: Knowledge = field(default_factory=NoKnowledge)
    secret: Callable[[str], str | None] = lambda _: None
    """A kept secret by name, as ``agent/1001``; None when there is none."""
    set_secret: Callable[[str, str], None] = lambda *_: None
    """Keep another secret under this name."""
