"""How many calls there can be at once, recorded and in the menu, beside a dialplan's: ``python -m bench.at_once``.

``recorded``: all of them speak with an agent at the same moment, and are recorded. ``menu``: all of them hear the menu
at the same moment. They come at a steady rate, stay until all are there and some seconds more, and end. The number
holds when all were there at once, each was led to its end, and, recorded, no sound is missing. The wanted number is
tried first, then its halves. CPU is that of the seconds in which all were there. Prints JSON.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack, redirect_stdout
from dataclasses import dataclass
from sys import stderr

from bench.center import GOODBYE_KEY, NUMBERS, Center, center
from bench.load import Cores, Way, agents_at_work, calling, cores, only_on, quiet
from bench.whole_calls import KEPT, LEAST_SOUND
from lab.home import temporary_home

HOLD_SECONDS, LOOK_SECONDS = 12.0, 8.0
"""All are there for so long; in so many seconds of it CPU is counted."""
BEFORE_TALK, END_SECONDS, SETTLE_SECONDS = 3.0, 40.0, 20.0


@dataclass(frozen=True)
class Crowd:
    """What was found with so many."""

    wanted: int
    up: int
    failed: int
    sound: float | None
    """Seconds recorded for each second of talk."""
    cores: Mapping[str, float]
    """Of each process, while all were there."""

    @property
    def holds(self) -> bool:
        """Whether all were there, and nothing is missing."""
        whole = self.sound is None or self.sound >= LEAST_SOUND
        return self.up >= self.wanted and not self.failed and whole


def crowd(house: Center, wanted: int, rate: float, talk: float | None, on: Cores) -> Crowd:
    """So many at once; with ``talk`` they speak with agents for so long, else they hear the menu."""
    ramp = wanted / rate
    before = KEPT[house.side](house)
    way = Way(score_after=talk + 1) if talk else Way(GOODBYE_KEY, ramp + HOLD_SECONDS, 8.0)
    with calling(house, wanted, rate, way, on) as callers:
        time.sleep(ramp + (BEFORE_TALK if talk else 1.0))
        began, at = house.cpu(), time.monotonic()
        time.sleep(LOOK_SECONDS)
        used, seconds = house.cpu(), time.monotonic() - at
        up = callers.up()
        failed = callers.wait((talk or way.key_after) + END_SECONDS)
    quiet(house, SETTLE_SECONDS)
    found = {name: round((cpu - began[name]) / seconds, 2) for name, cpu in used.items()}
    sound = _sound(house, wanted, talk, lambda: KEPT[house.side](house).since(before).sound) if talk else None
    return Crowd(wanted, up, failed, sound, found)


def _sound(house: Center, wanted: int, talk: float, seconds: Callable[[], float]) -> float:
    """Once nothing more is added."""
    until = time.monotonic() + SETTLE_SECONDS
    while (found := seconds()) < LEAST_SOUND * wanted * talk and time.monotonic() < until:
        time.sleep(0.5)
    return round(found / (wanted * talk), 3)


def most(house: Center, wanted: int, rate: float, talk: float | None, on: Cores) -> list[Crowd]:
    """The wanted number, and its halves until one holds."""
    found: list[Crowd] = []
    while wanted > 1 and not (found and found[-1].holds):
        found.append(crowd(house, wanted, rate, talk, on))
        print(house.side, found[-1], file=stderr, flush=True)
        wanted //= 2
    return found


def measure(recorded: int, menu: int, rate: float) -> dict[str, object]:
    """Both sides in turn, with agents and without."""
    on = cores()
    talk = recorded / rate + BEFORE_TALK + HOLD_SECONDS
    found: dict[str, dict[str, list[Crowd]]] = {"recorded": {}, "menu": {}}
    with ExitStack() as stack:
        home = stack.enter_context(temporary_home())
        stack.enter_context(only_on(on.system))
        houses = [
            stack.enter_context(center(home, side, recorded + 5, place=place))
            for place, side in enumerate(NUMBERS)
        ]
        for house in houses:
            with agents_at_work(house, talk, on):
                found["recorded"][house.side] = most(house, recorded, rate, talk, on)
            found["menu"][house.side] = most(house, menu, 2 * rate, None, on)
    return {
        "cores": on.told,
        "rate": rate,
        **{
            what: {
                side: [vars(each) | {"holds": each.holds} for each in tries] for side, tries in sides.items()
            }
            for what, sides in found.items()
        },
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--recorded", type=int, default=500)
    parser.add_argument("--menu", type=int, default=1000)
    parser.add_argument(
        "--rate", type=float, default=10.0, help="at which they come; twice that for the menu"
    )
    options = parser.parse_args()
    with redirect_stdout(stderr):
        found = measure(options.recorded, options.menu, options.rate)
    print(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
