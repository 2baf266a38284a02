"""The highest steady rate of whole calls, Hotline's beside a dialplan's by hand: ``python -m bench.whole_calls``.

Each call: a welcome and a menu, a key, a queue, an agent who rings and talks, both sides recorded, a survey that is
scored. Both sides are played in turn, each on an Asterisk of its own while the other rests, from rate to rate, until
calls fail. A call has failed when its caller was not led to its end, or when it lacks its recording or its score;
Hotline's, when its row is not closed or the static menu served it. CPU is that of the system's processes from the
first call to the last written row. Prints JSON.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, redirect_stdout
from dataclasses import dataclass
from sys import stderr

from sqlalchemy import func, select

from bench.center import NUMBERS, PROCESSES, Center, center
from bench.load import Cores, Way, agents_at_work, calling, cores, only_on, quiet
from callcenter.ledger_format import CEL_FILE
from lab.home import temporary_home
from schema.calls import Call, Recording, Score

TALK_SECONDS = 3.0
CALL_SECONDS = 12.0
"""The longest that a call takes when nothing is late, its survey included."""
SETTLE_SECONDS = 20.0
AGENTS_A_CALL = 6
"""Agents for each call a second: more than ring and talk at a time."""
LEAST_SOUND = 0.98
BYTES_A_SECOND = 2 * 2 * 8000
LEDGER = {"HL_FALLBACK": "static", "BY_HAND_SCORE": "scores"}


@dataclass(frozen=True)
class Kept:
    """What was kept of the calls of one side so far."""

    calls: int
    recordings: int
    sound: float
    """Seconds recorded."""
    scores: int
    fallbacks: int

    def since(self, before: Kept) -> Kept:
        """The difference."""
        pairs = zip(vars(self).values(), vars(before).values(), strict=True)
        return Kept(*(now - then for now, then in pairs))


def hotlines(center: Center) -> Kept:
    """By rows, and the ledger for those that the static menu served."""
    with center.app.sessions(read_only=True)() as session:
        calls = session.scalar(select(func.count()).where(Call.state == "closed")) or 0
        ready = Recording.state == "ready"
        recordings, ms = session.execute(
            select(func.count(), func.coalesce(func.sum(Recording.duration_ms), 0)).where(ready)
        ).one()
        scores = session.scalar(select(func.count()).where(Score.outcome == "scored")) or 0
    return Kept(calls, recordings, ms / 1000, scores, _in_ledger(center, "HL_FALLBACK"))


def by_hands(center: Center) -> Kept:
    """By files, and the ledger for scores and ends."""
    files = [size for file in center.by_hand.glob("*.sln") if (size := file.stat().st_size)]
    scores = _in_ledger(center, "BY_HAND_SCORE")
    return Kept(scores, len(files), sum(files) / BYTES_A_SECOND, scores, 0)


KEPT = {"dialplan": by_hands, "hotline": hotlines}


def _in_ledger(center: Center, event: str) -> int:
    file = center.asterisk.log / "cel-custom" / CEL_FILE
    return file.read_text(errors="replace").count(f'"{event}"') if file.exists() else 0


@dataclass(frozen=True)
class Step:
    """One side at one rate."""

    rate: float
    calls: int
    failed: int
    why: Mapping[str, int]
    sound: float
    """Seconds recorded for each second of talk."""
    cpu_ms: Mapping[str, float]
    """Of each process, a call."""

    @property
    def total(self) -> float:
        """CPU of all, a call."""
        return sum(self.cpu_ms.values())


def step(center: Center, rate: float, seconds: float, on: Cores) -> Step:
    """So many seconds at a rate, and what came of it."""
    calls = max(1, round(rate * seconds))
    before, began = KEPT[center.side](center), center.cpu()
    with calling(center, calls, rate, Way(score_after=TALK_SECONDS + 1), on) as callers:
        failed = callers.wait(seconds + 2 * CALL_SECONDS)
    quiet(center, SETTLE_SECONDS)
    kept = _settled(center, before, calls)
    used = {name: (cpu - began[name]) * 1000 / calls for name, cpu in center.cpu().items()}
    why = {
        "caller not led to the end": failed,
        "call not closed": calls - kept.calls,
        "not recorded": calls - kept.recordings,
        "not scored": calls - kept.scores,
        "served by the static menu": kept.fallbacks,
    }
    why = {name: count for name, count in why.items() if count}
    sound = kept.sound / (calls * TALK_SECONDS)
    return Step(rate, calls, max(why.values(), default=0), why, round(sound, 3), _rounded(used))


def _settled(center: Center, before: Kept, calls: int) -> Kept:
    until = time.monotonic() + SETTLE_SECONDS
    while True:
        kept = KEPT[center.side](center).since(before)
        if min(kept.calls, kept.recordings, kept.scores) >= calls or time.monotonic() > until:
            return kept
        time.sleep(0.2)


def _rounded(used: Mapping[str, float]) -> dict[str, float]:
    return {name: round(ms, 2) for name, ms in used.items()}


def compare(rates: Sequence[float], seconds: float) -> dict[str, object]:
    """Both in turn at each rate; a side that failed twice is not asked more."""
    on = cores()
    steps: dict[str, list[Step]] = {side: [] for side in NUMBERS}
    over: set[str] = set()
    with ExitStack() as stack:
        home = stack.enter_context(temporary_home())
        stack.enter_context(only_on(on.system))
        houses = {
            side: stack.enter_context(center(home, side, _agents(max(rates)), place=place))
            for place, side in enumerate(NUMBERS)
        }
        for house in houses.values():
            stack.enter_context(agents_at_work(house, TALK_SECONDS, on))
            step(house, 2, 5, on)
        for rate in rates:
            for side, mine in steps.items():
                if side not in over and not _holds(houses[side], rate, seconds, on, mine):
                    over.add(side)
    return told(steps, on, seconds)


def _agents(rate: float) -> int:
    return max(4, round(AGENTS_A_CALL * rate))


def _holds(house: Center, rate: float, seconds: float, on: Cores, steps: list[Step]) -> bool:
    """Without a failure at the first or at the second try: another program may have had the machine."""
    for _ in range(2):
        steps.append(found := step(house, rate, seconds, on))
        print(f"{house.side} {found}", file=stderr, flush=True)
        if not found.failed and found.sound >= LEAST_SOUND:
            return True
    return False


def highest(steps: Sequence[Step]) -> Step | None:
    """The one of the highest rate without failures."""
    good = [each for each in steps if not each.failed and each.sound >= LEAST_SOUND]
    return max(good, key=lambda each: each.rate) if good else None


def told(steps: Mapping[str, Sequence[Step]], on: Cores, seconds: float) -> dict[str, object]:
    """What is written down: of each side its highest rate, and CPU at the rates that both held."""
    best = {side: highest(each) for side, each in steps.items()}
    rates = {side: found.rate if found else 0.0 for side, found in best.items()}
    held = {
        side: {each.rate: each for each in found if not each.failed and each.sound >= LEAST_SOUND}
        for side, found in steps.items()
    }
    common = sorted(held["dialplan"].keys() & held["hotline"].keys())
    cpu = {
        side: {
            name: round(statistics.median(held[side][rate].cpu_ms[name] for rate in common), 2)
            for name in PROCESSES
        }
        for side in steps
        if common
    }
    limits = {side: bool(found) and found[-1] not in held[side].values() for side, found in steps.items()}
    ratios = [held["dialplan"][rate].total / held["hotline"][rate].total for rate in common]
    return {
        "cores": on.told,
        "seconds": seconds,
        "highest_rate": rates,
        "limit_found": limits,
        "rate_ratio": round(rates["hotline"] / rates["dialplan"], 3) if all(limits.values()) else None,
        "cpu_ms": cpu,
        "cpu_ratio": round(statistics.median(ratios), 3) if ratios else None,
        "cpu_ratios": [round(ratio, 3) for ratio in ratios],
        "steps": {side: [vars(each) for each in found] for side, found in steps.items()},
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rates", type=float, nargs="+", default=[16, 20, 24, 30, 38, 46])
    parser.add_argument("--seconds", type=float, default=20.0, help="at each rate")
    options = parser.parse_args()
    with redirect_stdout(stderr):
        found = compare(options.rates, options.seconds)
    print(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
