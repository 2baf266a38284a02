"""What one waiting caller is told, and when: pure, the moment passed in."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from callcenter import spoken
from callcenter.queues import estimate
from callcenter.site.waiting import Announce

FIRST_AFTER = dt.timedelta(seconds=1)
"""The music has begun by then, and whoever is answered at once hears nothing."""


@dataclass(slots=True)
class Told:
    """What a caller has been told so far. ``foretold``: the moment of the answer, if it was."""

    next_at: dt.datetime
    times: int = 0
    foretold: dt.datetime | None = None

    @classmethod
    def from_joining(cls, since: dt.datetime, now: dt.datetime, announce: Announce) -> Told:
        """Of a caller who waits since then. Who was waiting before we listened is not welcomed again."""
        first = since + FIRST_AFTER
        if first + FIRST_AFTER >= now:
            return cls(first)
        return cls(now + dt.timedelta(seconds=announce.every_seconds), 1)


def sentences(
    announce: Announce, told: Told, place: int, seconds: float | None, now: dt.datetime, language: str
) -> tuple[str, ...]:
    """The prompts and phrases of the announcement that is due, and what has been told with it."""
    words = list(announce.welcome) if told.times == 0 else []
    if announce.position:
        words += spoken.in_line(place, language)
    told.foretold = estimate.until(told.foretold, now, seconds)
    if announce.wait and told.foretold is not None:
        words += spoken.wait(estimate.minutes(told.foretold, now), language)
    if announce.messages and told.times:
        words.append(announce.messages[(told.times - 1) % len(announce.messages)])
    told.times += 1
    told.next_at = now + dt.timedelta(seconds=announce.every_seconds)
    return tuple(words)
