"""What a seed makes of a scenario and a schedule: each call, from which number, and what its caller does. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from lab.loadtest.scenario import CallerKind, Scenario
from lab.loadtest.schedule import Schedule, moments
from lab.scenario import Key, Turn

PATIENCE_SECONDS = 150.0
"""Who never gives up is given up after that: a call that hangs is a failure, not a wait for ever."""
SCORE_EVERY_SECONDS, SCORES = 1.5, 40
"""Who scores presses the key again and again, since nobody knows when the question comes."""
SCORE_AFTER_SECONDS = 8.0
FIRST_NUMBER = 13_900_000_000
WRONG_KEYS = "68"


@dataclass(frozen=True)
class Planned:
    """One call, ``at`` seconds after the beginning. ``gives_up``: its caller means to hang up first."""

    kind: CallerKind
    at: float
    number: str
    turn: Turn
    gives_up: bool


def plan(scenario: Scenario, schedule: Schedule, seed: int, most: int) -> list[Planned]:
    """The calls in their order; the same again for the same seed."""
    chance = Random(seed)
    begins = moments(schedule, chance, most)
    kinds = chance.choices(scenario.callers, [kind.share for kind in scenario.callers], k=len(begins))
    first = FIRST_NUMBER + 100_000 * (seed % 900)
    return [
        _call(kind, at, str(first + place), chance)
        for place, (kind, at) in enumerate(zip(kinds, begins, strict=True))
    ]


def _call(kind: CallerKind, at: float, number: str, chance: Random) -> Planned:
    pressed = _keys(kind, chance)
    gives_up = kind.abandons is not None and chance.random() < kind.abandons.chance
    stays = chance.uniform(*kind.abandons.after) if kind.abandons and gives_up else PATIENCE_SECONDS
    turn = Turn(round(at * 1000), round(stays * 1000), pressed)
    return Planned(kind, at, number, turn, gives_up)


def _keys(kind: CallerKind, chance: Random) -> Sequence[Key]:
    pressed: list[Key] = []
    for thought in kind.keys:
        if chance.random() < kind.wrong_key:
            wrong = chance.choice([key for key in WRONG_KEYS if key != thought.key])
            pressed.append(Key(wrong, _ms(thought.think, chance)))
        pressed.append(Key(thought.key, _ms(thought.think, chance)))
    if kind.scores and chance.random() < kind.scores.chance:
        (score,) = chance.choices("1234", kind.scores.weights)
        pressed.append(Key(score, round(SCORE_AFTER_SECONDS * 1000)))
        pressed += [Key(score, round(SCORE_EVERY_SECONDS * 1000))] * (SCORES - 1)
    return pressed


def _ms(span: tuple[float, float], chance: Random) -> int:
    return round(chance.uniform(*span) * 1000)
