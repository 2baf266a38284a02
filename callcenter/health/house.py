"""What the database says of the house: trunks, boards' lines, bans, gaps. Asked now and then, told from memory.

Whoever reads the metrics never waits for the database, and it is asked as often however many read.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import structlog
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from callcenter.errors import HotlineError
from callcenter.health.families import Families, gauge, gauges
from callcenter.ports import Clock
from callcenter.site import Site
from callcenter.trunks import outages
from schema.boards import LineState
from schema.calls import Gap, Recording
from schema.fraud import Ban
from schema.refusal import first_line

log = structlog.get_logger()
EVERY_SECONDS = 15.0
DAY = dt.timedelta(days=1)
Names = tuple[str, ...]


@dataclass
class Seen:
    """One look."""

    took: float = 0.0
    trunks: Mapping[Names, float] = field(default_factory=dict)
    lines: Mapping[Names, float] = field(default_factory=dict)
    gaps: Mapping[Names, float] = field(default_factory=dict)
    recordings: Mapping[Names, float] = field(default_factory=dict)
    bans: int = 0


class House:
    """``run`` looks until cancelled. ``site`` blocks."""

    def __init__(self, reading: Callable[[], Session], site: Callable[[], Site], clock: Clock) -> None:
        self._reading = reading
        self._site = site
        self._clock = clock
        self._seen = Seen()
        self.up = False

    async def run(self) -> None:
        """Look, and look again."""
        while True:
            try:
                self._seen, self.up = await asyncio.to_thread(self.look), True
            except SQLAlchemyError as error:
                if self.up:
                    log.info("health.database_away", reason=first_line(error))
                self.up = False
            await asyncio.sleep(EVERY_SECONDS)

    def look(self) -> Seen:
        """Ask once. Raises what the database raises."""
        began, now = time.monotonic(), self._clock()
        names = self._trunks()
        with self._reading() as session:
            away = outages.since(session)
            lines = session.execute(
                select(LineState.line, LineState.state).where(LineState.ended_at.is_(None))
            )
            in_force = select(func.count()).where(Ban.until > now, Ban.lifted_at.is_(None))
            open_gaps = session.execute(
                select(Gap.source, func.count()).where(Gap.ended_at.is_(None)).group_by(Gap.source)
            )
            recorded = session.execute(
                select(Recording.state, func.count())
                .where(Recording.started_at > now - DAY)
                .group_by(Recording.state)
            )
            seen = Seen(
                trunks={(name,): float(name not in away) for name in names},
                lines={(line,): float(state == "up") for line, state in lines},
                gaps={(source,): count for source, count in open_gaps},
                recordings={(state,): count for state, count in recorded},
                bans=session.scalar(in_force) or 0,
            )
        seen.took = time.monotonic() - began
        return seen

    def _trunks(self) -> list[str]:
        try:
            return [trunk.name for trunk in self._site().trunks]
        except (HotlineError, OSError, ValueError):  # no site is live yet
            return []

    def collect(self) -> Families:
        """What was seen last."""
        seen = self._seen
        yield gauge("hotline_database_up", "Whether the last look at the database was answered", self.up)
        yield gauge("hotline_database_look_seconds", "How long that look took", seen.took)
        yield gauges("hotline_trunk_up", "Whether a trunk takes calls", ["trunk"], seen.trunks)
        yield gauges("hotline_board_line_up", "Whether a board's line is up", ["line"], seen.lines)
        yield gauges("hotline_gaps_open", "Times in which something is not seen", ["source"], seen.gaps)
        yield gauges(
            "hotline_recordings_last_day", "Recordings begun in the last day", ["state"], seen.recordings
        )
        yield gauge("hotline_bans_in_force", "Addresses that are shut out", seen.bans)
