"""What becomes of a number dialled at a seat, or rung by a flow's step, without a phone.

``callcenter/routing/inside.py`` itself, driven by a list of outcomes.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from callcenter.routing import inside
from callcenter.routing.decision import Decision
from callcenter.routing.inside_call import House
from callcenter.simulator.checks import fits

OUTCOMES = {
    "BUSY": ("BUSY", "17"),
    "NO_ANSWER": ("NOANSWER", ""),
    "NOANSWER": ("NOANSWER", ""),
    "UNREACHABLE": ("CHANUNAVAIL", "20"),
    "CHANUNAVAIL": ("CHANUNAVAIL", "20"),
    "FULL": ("FULL", "34"),
}
"""DIALSTATUS and cause of what a phone or trunk comes to; it is answered when nothing is said."""
ANSWERED = ("ANSWER", "16")
SPOKEN = ("DONE", "ANSWER", *OUTCOMES)


class Rung(NamedTuple):
    """How it ended: the last decision's act and target, the flow's dial status, all decisions in order."""

    act: str
    target: str
    status: str
    decisions: tuple[Decision, ...]


class Phones(NamedTuple):
    """The phones of a house, whose outcomes are given."""

    house: House

    def dial(self, seat: str, dialled: str, outcomes: Iterator[str]) -> Rung:
        """A number is dialled at a seat."""
        return _rung(self.house, seat, dialled, outcomes)

    def ring(self, target: str, seconds: int, outcomes: Iterator[str]) -> Rung:
        """A flow's step rings a seat by its name, or an agent by the number."""
        number = self.house.plan.numbers.get(target, target)
        return _rung(self.house._replace(step_seconds=seconds), "", number, outcomes)


def _rung(house: House, seat: str, dialled: str, outcomes: Iterator[str]) -> Rung:
    decision = inside.begin(house, seat, dialled)
    told = [decision.told]
    while decision.act in ("dial", "out") and decision.place is not None:
        word = fits(next(outcomes, "done"), decision.told.destination, "phone", only=SPOKEN)
        status, cause = OUTCOMES.get(word.upper(), ANSWERED)
        decision = inside.go_on(house, decision.place, status, cause)
        told.append(decision.told)
    status = decision.target if decision.act == "back" else "ANSWER"
    return Rung(decision.act, decision.target, status, tuple(told))
