"""A call walked without a call: the very walk that serves callers, driven by a list of key presses.

Presses are written ``2,1,,4``: one entry a question, empty for silence, ``1234#`` for collected digits. An
entry longer than a question takes answers the next questions too, as typed-ahead keys do. When they run
out the caller is silent.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from callcenter.flow import (
    Act,
    AgentIs,
    AgentState,
    Answer,
    Collect,
    Collected,
    Fact,
    Failed,
    Found,
    Hear,
    Lookup,
    NotFound,
    Outcome,
    Place,
    Pressed,
    Request,
    Served,
    Walk,
    WhoServed,
)
from callcenter.routing.decision import Decision
from callcenter.routing.known import NOTHING, Known
from callcenter.simulator.checks import fits
from callcenter.simulator.phones import Phones
from callcenter.site.steps import Branch
from callcenter.site_file.published import Published

Looked = Found | NotFound | Failed

DEFAULT_OUTCOMES = {
    "queue": "CONTINUE",
    "seat": "ANSWER",
    "agent": "ANSWER",
    "outside": "ANSWER",
    "voicemail": "SUCCESS",
    "conference": "DONE",
}
"""What an action comes to when no outcome was given: somebody answers."""

SILENCE = Pressed(None)
UNANSWERED = Failed("the simulation was given no answer")
DONE = Outcome("")
"""What a callback or a survey comes to, always."""


class Path(NamedTuple):
    """What happened, step by step. ``warnings`` say what it rests on that may still change."""

    facts: tuple[Fact, ...]
    warnings: tuple[str, ...]
    decisions: tuple[Decision, ...] = ()
    """Where the call was sent, and why."""


class People(NamedTuple):
    """Whom a queue remembers, and how agents are who are asked for by name; free unless ``states`` says."""

    served: Served = Served()
    states: Mapping[str, str] = {}


NOBODY = People()


class Presses:
    """The keys still to be pressed."""

    def __init__(self, text: str) -> None:
        self._left = text.split(",") if text else []

    def key(self) -> str | None:
        """The next key for a menu."""
        if not self._left:
            return None
        entry = self._left.pop(0)
        if len(entry) > 1:
            self._left.insert(0, entry[1:])
        return entry[:1] or None

    def digits(self, most: int) -> str | None:
        """The next digits, up to # or as many as are taken."""
        entry = self._left.pop(0) if self._left else ""
        digits, closed, rest = entry.partition("#")
        if len(digits) > most:
            digits, rest = digits[:most], digits[most:] + closed + rest
        if rest:
            self._left.insert(0, rest)
        return digits or None


def simulate(
    published: Published,
    *,
    did: str,
    trunk: str,
    caller: str,
    at: dt.datetime,
    presses: str = "",
    lookups: Iterable[Looked] = (),
    outcomes: Iterable[str] = (),
    known: Known = NOTHING,
    people: People = NOBODY,
    phones: Phones | None = None,
) -> Path:
    """The path of such a call at an aware moment. Always ends: a walk's loop guard sees to it.

    Raises Slip for an outcome that the action it is for can't come to.
    """
    walk = Walk.enter(published, caller=caller, trunk=trunk, did=did, at=at, known=known)
    driver = _Driver(Presses(presses), iter(lookups), iter(outcomes), people, phones, walk.decisions)
    while not walk.ended:
        walk.answer(driver.answer(walk.request, walk.place))
    warnings = tuple(_unannounced(published, walk.facts, at)) if published.unannounced else ()
    return Path(tuple(walk.facts), warnings, tuple(walk.decisions))


class _Driver:
    def __init__(
        self,
        presses: Presses,
        lookups: Iterator[Looked],
        outcomes: Iterator[str],
        people: People,
        phones: Phones | None,
        decisions: list[Decision],
    ) -> None:
        self._presses, self._lookups, self._outcomes = presses, lookups, outcomes
        self._people, self._phones, self._decisions = people, phones, decisions

    def answer(self, request: Request, place: Place) -> Answer:
        if isinstance(request, Hear):
            return Pressed(self._presses.key()) if request.keys else SILENCE
        if isinstance(request, Collect):
            return Collected(self._presses.digits(request.most))
        if isinstance(request, Lookup):
            return next(self._lookups, UNANSWERED)
        if isinstance(request, WhoServed):
            return self._people.served
        if isinstance(request, AgentState):
            return AgentIs(self._people.states.get(request.agent, "free"))
        if self._phones is not None and isinstance(request, Act) and request.kind in ("seat", "agent"):
            rung = self._phones.ring(request.target, request.seconds, self._outcomes)
            self._decisions += rung.decisions
            return Outcome(rung.status)
        default = DEFAULT_OUTCOMES.get(request.kind)
        if default is None:
            return DONE
        given = next(self._outcomes, None)
        if given is None:
            return Outcome(default)
        return Outcome(fits(given, f"{place.flow}/{place.step}", request.kind, request.keys))


def _unannounced(published: Published, facts: Iterable[Fact], at: dt.datetime) -> Iterator[str]:
    """A warning for each calendar that decided in a year whose holidays are not yet announced."""
    year = at.astimezone(published.zone).year
    unsure = {name for name, years in published.unannounced.items() if year in years}
    for fact in facts if unsure else ():
        step = published.step(fact.flow, fact.step)
        if isinstance(step, Branch) and step.calendar in unsure:
            unsure.remove(step.calendar)
            yield f"calendar {step.calendar}: the public holidays of {year} are not yet announced"
