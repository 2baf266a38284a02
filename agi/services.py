"""What a script may use besides its call; passed in once, when the server starts."""

from __future__ import annotations

from dataclasses import dataclass, field

import httpx

from agi.knowledge import NoKnowledge
from agi.snapshots import Snapshots
from callcenter.ports import Clock, Facts, Knowledge


@dataclass(frozen=True, slots=True)
class Services:
    """The published flows, the journal of facts, the time, HTTP for look-ups, and what is known of callers."""

    snapshots: Snapshots
    facts: Facts
    clock: Clock
    http: httpx.AsyncClient
    knowledge: Knowledge = field(default_factory=NoKnowledge)
