"""A day's calls by a seed: which kind calls when, from which number. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from tests.e2e import site_day
from tests.e2e.day.kinds import KINDS, Kind

MOST_CALLS = 100_000


@dataclass(frozen=True)
class Planned:
    """One call. ``remembered`` is the agent who served this caller before."""

    kind: Kind
    caller: str
    dials: str
    remembered: str = ""


def plan(seed: int, calls: int, agents: Sequence[str], kinds: Sequence[Kind] = KINDS) -> list[Planned]:
    """So many calls in their order; each kind at least once where there are as many calls as kinds."""
    chance = Random(seed)
    drawn = list(kinds[:calls])
    drawn += chance.choices(kinds, [kind.weight for kind in kinds], k=max(0, calls - len(kinds)))
    chance.shuffle(drawn)
    first = 10 * chance.randrange(MOST_CALLS // 10)
    return [
        _call(kind, (first + place) % MOST_CALLS, seed % 10, chance, agents)
        for place, kind in enumerate(drawn)
    ]


def _call(kind: Kind, number: int, series: int, chance: Random, agents: Sequence[str]) -> Planned:
    remembered = chance.choice(agents) if kind.asks_for == "last_agent" else ""
    caller, dials = f"{kind.callers}{series}{number:05}", kind.dials
    if kind.trunk == "seat":
        outside = kind.dials == site_day.PREFIX
        caller = site_day.DIALLING if outside else site_day.CALLING
        dials = f"{dials}{series}{number:05}" if outside else dials
    return Planned(kind, caller, dials, remembered)


def by_kind(calls: Sequence[Planned]) -> dict[Kind, list[Planned]]:
    """The calls of each kind in their order."""
    found: dict[Kind, list[Planned]] = {}
    for call in calls:
        found.setdefault(call.kind, []).append(call)
    return found
