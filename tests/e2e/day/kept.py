"""What the database has of a day's calls, each put beside the call that was planned."""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from callcenter.queues.virtual_hold import place_of
from schema.calls import Call, Step, Visit
from schema.routing import Decision
from tests.e2e.day.oracle import Oracle, Way, decision_line, step_line
from tests.e2e.day.plan import Planned
from tests.e2e.house import House

_SAID = re.compile(r"(?:agent|manager) ([0-9]+) (free|busy)")


class Said(NamedTuple):
    """That an agent was free or busy, when a call asked for them."""

    call_id: str
    agent: str
    state: str
    at: dt.datetime


@dataclass(frozen=True)
class Kept:
    """The rows of the calls since ``began``, each call's way, and what was said of agents asked for by name."""

    calls: Sequence[Call]
    ways: dict[str, Way]
    said: Sequence[Said]


def kept(house: House, began: dt.datetime) -> Kept:
    """Read them."""
    calls = sorted(
        (row for row in house.rows(Call) if row.started_at >= began), key=lambda row: row.started_at
    )
    steps = _lines(house.rows(Step), lambda row: (row.at, row.number), step_line)
    decided = house.rows(Decision)
    decisions = _lines(decided, lambda row: (row.at, row.number), decision_line)
    visits = _lines(house.rows(Visit), lambda row: row.number, lambda row: f"{row.queue} {row.outcome}")
    ids = [call.call_id for call in calls]
    ways = {each: Way(decisions[each], steps[each], visits[each]) for each in ids}
    return Kept(calls, ways, [one for row in decided if row.call_id in ways for one in _said(row)])


def _said(row: Decision) -> Iterator[Said]:
    """The state is told with the first decision of a call's step, which ends with it."""
    if found := _SAID.fullmatch(row.reasons[-1]):
        yield Said(row.call_id, found[1], found[2], row.at)


def _lines(
    rows: Iterable[Any], order: Callable[[Any], Any], line: Callable[[Any], str]
) -> defaultdict[str, tuple[str, ...]]:
    found: defaultdict[str, tuple[str, ...]] = defaultdict(tuple)
    for row in sorted(rows, key=order):
        found[row.call_id] += (line(row),)
    return found


def compare(planned: Sequence[Planned], found: Kept, oracle: Oracle) -> list[str]:
    """A line for each call that is missing, that nobody planned, or that went another way than the simulator's.

    Calls to those who kept their place are the books'.
    """
    rows: defaultdict[tuple[str | None, str | None], deque[Call]] = defaultdict(deque)
    for call in found.calls:
        if place_of(call.call_id) is None:
            rows[call.caller, call.did].append(call)
    wrong = []
    for one in planned:
        name = f"{one.kind.name}: {one.caller} to {one.dials}"
        if not (mine := rows[one.caller, one.dials]):
            wrong.append(f"{name}: no call row")
            continue
        row = mine.popleft()
        way, right = found.ways[row.call_id], oracle.ways(one, row.started_at)
        if not any(each.is_right(way, one.kind.hangs_up is not None) for each in right):
            expected = "\n  or".join(map(str, right))
            wrong.append(f"{name}: call {row.call_id}\n  expected{expected}\n  found{way}")
    wrong += [
        f"call {row.call_id} of {row.caller} to {row.did} was not planned"
        for left in rows.values()
        for row in left
    ]
    return wrong
