"""Who says how many calls there were: the phones, the rows, the ledger, the files. All must say the same."""

from __future__ import annotations

import csv
import datetime as dt
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from sqlalchemy import select

from callcenter.ledger_format import CEL_COLUMNS, CEL_FILE
from callcenter.ports import App
from lab.instance import AsteriskInstance
from schema.base import Base
from schema.calls import Call, Leg, Recording, Score, Visit

PLAYABLE = ("ready", "truncated")
SETTLE_SECONDS = 30.0
LOOK_SECONDS = 0.5
Row = TypeVar("Row", bound=Base)
Entry = dict[str, int]
"""Who keeps a book, and how many they have."""


@dataclass(frozen=True)
class Books:
    """Entries by name, and how long each caller waited in a queue: (seconds since the beginning, seconds)."""

    entries: dict[str, Entry] = field(default_factory=dict)
    waits: list[tuple[float, float]] = field(default_factory=list)

    @property
    def balanced(self) -> bool:
        """All keepers agree."""
        return not any(len(set(entry.values())) > 1 for entry in self.entries.values())


def settled(read: Callable[[], Books], seconds: float = SETTLE_SECONDS) -> Books:
    """The books once they balance, or as they are when they have had their time."""
    until = time.monotonic() + seconds
    while not (found := read()).balanced and time.monotonic() < until:
        time.sleep(LOOK_SECONDS)
    return found


def books(app: App, asterisk: AsteriskInstance, began: dt.datetime, answered: int, talks: int) -> Books:
    """Of the calls since ``began``; ``answered``: callers', ``talks``: agents' phones."""
    calls = _rows(app, Call, Call.started_at >= began)
    ids = {call.call_id for call in calls}
    ours = select(Call.call_id).where(Call.started_at >= began).scalar_subquery()
    legs = _rows(app, Leg, Leg.call_id.in_(ours), Leg.kind == "agent")
    visits = _rows(app, Visit, Visit.call_id.in_(ours))
    recordings = _rows(app, Recording, Recording.call_id.in_(ours), Recording.state.in_(PLAYABLE))
    scores = _rows(app, Score, Score.call_id.in_(ours))
    files = sum((app.settings.recordings / (row.path or "-")).is_file() for row in recordings)
    entries = {
        "calls": {
            "callers": answered,
            "rows": len(ids),
            "closed": sum(call.state == "closed" for call in calls),
            "ledger": len(_ended(asterisk) & ids),
        },
        "left": {"allowed": 0, "channels": len(asterisk.channels())},
        "talks": {"phones": talks, "rows": sum(leg.answered_at is not None for leg in legs)},
        "served": {"visits": sum(row.outcome == "answered" for row in visits), "scores": len(scores)},
        "recordings": {
            "talks": sum(leg.talk_ms > 0 for leg in legs),
            "rows": len(recordings),
            "files": files,
        },
    }
    waits = [((row.joined_at - began).total_seconds(), (row.wait_ms or 0) / 1000) for row in visits]
    return Books(entries, waits)


def _rows(app: App, table: type[Row], *wanted: object) -> list[Row]:
    with app.sessions(read_only=True)() as session:
        return list(session.scalars(select(table).where(*wanted)))  # type: ignore[arg-type]


def _ended(asterisk: AsteriskInstance) -> set[str]:
    """The calls whose end the channel ledger has."""
    with (asterisk.log / "cel-custom" / CEL_FILE).open(newline="", errors="replace") as file:
        lines = [dict(zip(CEL_COLUMNS, values, strict=False)) for values in csv.reader(file)]
    return {line["linkedid"] for line in lines if line["eventtype"] == "LINKEDID_END"}
