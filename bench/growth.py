"""Whether a call costs the same in a large house as in a small one: ``python -m bench.growth``.

CPU a call of each process, without what the process uses when there are no calls. ``at once``: callers who hear the
menu for twenty seconds, so many of them at once. ``seats`` and ``past calls``: whole calls with queue, recording and
survey, at a steady rate, in houses that differ in that alone and are all up; they are asked in turn. Prints JSON.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Sequence
from contextlib import ExitStack, redirect_stdout
from sys import stderr

from bench.center import GOODBYE_KEY, PROCESSES, Center, center
from bench.load import Cores, Way, agents_at_work, calling, cores, only_on
from bench.whole_calls import TALK_SECONDS, hotlines
from lab.home import temporary_home

AGENTS = 30
LISTENS_SECONDS, ENDS_SECONDS = 20.0, 40.0
IDLE_SECONDS, SETTLE_SECONDS = 5.0, 5.0
MOST_LOOKS, CALMER = 8, 0.8
"""So often at most is it looked whether a house is at rest: it is, when it does not become so much calmer."""
WHOLE = Way(score_after=TALK_SECONDS + 1)
LISTENER = Way(GOODBYE_KEY, LISTENS_SECONDS, 8.0)
Costs = dict[str, float]


def idle(house: Center) -> Costs:
    """CPU of each process a second while nobody calls, once what the start has left is done."""
    found = [_at_rest(house)]
    while len(found) < MOST_LOOKS and (
        len(found) < 2 or sum(found[-1].values()) < CALMER * sum(found[-2].values())
    ):
        found.append(_at_rest(house))
    return found[-1]


def _at_rest(house: Center) -> Costs:
    before, began = house.cpu(), time.monotonic()
    time.sleep(IDLE_SECONDS)
    used, seconds = house.cpu(), time.monotonic() - began
    return {name: (used[name] - before[name]) / seconds for name in PROCESSES}


def cost(house: Center, way: Way, calls: int, rate: float, at_rest: Costs, on: Cores) -> Costs:
    """Milliseconds of CPU a call above what is used at rest. Raises RuntimeError when a call fails."""
    before, began, kept = house.cpu(), time.monotonic(), hotlines(house)
    with calling(house, calls, rate, way, on) as callers:
        if failed := callers.wait(calls / rate + way.key_after + ENDS_SECONDS):
            raise RuntimeError(f"{failed} of {calls} calls failed: {callers.errors()[-1000:]}")
    _wait_for_rows(house, kept.calls + calls)
    time.sleep(SETTLE_SECONDS)
    used, seconds = house.cpu(), time.monotonic() - began
    each = {name: (used[name] - before[name] - at_rest[name] * seconds) * 1000 / calls for name in PROCESSES}
    return each | {"all": sum(each.values())}


def _wait_for_rows(house: Center, calls: int) -> None:
    until = time.monotonic() + ENDS_SECONDS
    while hotlines(house).calls < calls and time.monotonic() < until:
        time.sleep(0.2)


def medians(rounds: Sequence[Costs]) -> Costs:
    """Of each process."""
    return {name: round(statistics.median(each[name] for each in rounds), 1) for name in rounds[0]}


def by_crowd(sizes: Sequence[int], rounds: int, on: Cores) -> dict[str, Costs]:
    """So many at once, in one house."""
    found: dict[int, list[Costs]] = {size: [] for size in sizes}
    with temporary_home() as home, center(home, "hotline", 1) as house:
        at_rest = idle(house)
        cost(house, Way(GOODBYE_KEY), 10, 5, at_rest, on)
        for _ in range(rounds):
            for size in sizes:
                found[size].append(cost(house, LISTENER, size, size / LISTENS_SECONDS, at_rest, on))
                print(size, found[size][-1], file=stderr, flush=True)
    return {f"{size:,}": medians(each) for size, each in found.items()}


def by_house(
    what: str, sizes: Sequence[int], rounds: int, calls: int, rate: float, on: Cores
) -> dict[str, Costs]:
    """Houses of different ``what``, seats or past calls."""
    found: dict[int, list[Costs]] = {size: [] for size in sizes}
    with ExitStack() as stack:
        home = stack.enter_context(temporary_home())
        houses = {
            size: stack.enter_context(center(home, "hotline", AGENTS, place=place, **{what: size}))
            for place, size in enumerate(sizes)
        }
        for house in houses.values():
            stack.enter_context(agents_at_work(house, TALK_SECONDS, on))
        at_rest = {size: idle(house) for size, house in houses.items()}
        for house in houses.values():
            cost(house, WHOLE, calls // 4, rate, at_rest[sizes[0]], on)
        for _ in range(rounds):
            for size, house in houses.items():
                found[size].append(cost(house, WHOLE, calls, rate, at_rest[size], on))
                print(what, size, found[size][-1], file=stderr, flush=True)
    return {f"{size:,}": medians(each) for size, each in found.items()}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--at-once", type=int, nargs="*", default=[10, 50, 150, 300, 500])
    parser.add_argument("--seats", type=int, nargs="*", default=[30, 10_000])
    parser.add_argument("--past", type=int, nargs="*", default=[1000, 10_000_000])
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--calls", type=int, default=60, help="whole calls a round")
    parser.add_argument("--rate", type=float, default=4.0, help="of whole calls")
    options = parser.parse_args()
    on = cores()
    found: dict[str, object] = {"cores": on.told}
    with redirect_stdout(stderr), only_on(on.system):
        whole = (options.rounds, options.calls, options.rate, on)
        if options.at_once:
            found["at once"] = by_crowd(options.at_once, options.rounds, on)
        if options.seats:
            found["seats"] = by_house("seats", options.seats, *whole)
        if options.past:
            found["past calls"] = by_house("past", options.past, *whole)
    print(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
