"""A call walked without a call: the very walk that serves callers, driven by a list of key presses.

Presses are written ``2,1,,4``: one entry a question, empty for silence, ``1234#`` for collected digits. An
entry longer than a question takes answers the next questions too, as typed-ahead keys do. When they run
out the caller is silent.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import NamedTuple

from callcenter.flow import (
    Act,
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
    Pressed,
    Request,
    Walk,
)
from callcenter.published import Published
from callcenter.site.steps import Branch

Looked = Found | NotFound | Failed

DEFAULT_OUTCOMES = {
    "queue": "CONTINUE",
    "seat": "ANSWER",
    "outside": "ANSWER",
    "voicemail": "SUCCESS",
}
"""What an action comes to when no outcome was given: somebody answers."""


class Heard(NamedTuple):
    """One thing a caller hears: a prompt's name and its text in the language spoken, None for a recording."""

    prompt: str
    text: str | None


class PathStep(NamedTuple):
    """A step of the path: its fact, the language spoken, what was heard, and a survey that follows it."""

    fact: Fact
    language: str
    heard: tuple[Heard, ...]
    survey: str | None


class Path(NamedTuple):
    """The whole walk. ``warnings`` say what the outcome rests on that may still change."""

    steps: tuple[PathStep, ...]
    warnings: tuple[str, ...]


class Presses:
    """The keys still to be pressed."""

    def __init__(self, text: str) -> None:
        self._left = text.split(",") if text else []

    def key(self) -> str | None:
        """The next key for a menu."""
        entry = self._left.pop(0) if self._left else ""
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
) -> Path:
    """The path of such a call at an aware moment. Always ends: a walk's loop guard sees to it."""
    walk = Walk.enter(published, caller=caller, trunk=trunk, did=did, at=at)
    driver = _Driver(Presses(presses), list(lookups), list(outcomes))
    path = _told(published, walk, None)
    while not walk.ended:
        asked = walk.request
        walk.answer(driver.answer(asked))
        path += _told(published, walk, asked)
    return Path(tuple(path), tuple(_unannounced(published, path, at)))


class _Driver:
    def __init__(self, presses: Presses, lookups: list[Looked], outcomes: list[str]) -> None:
        self._presses, self._lookups, self._outcomes = presses, lookups, outcomes

    def answer(self, request: Request) -> Answer:
        if isinstance(request, Hear):
            return Pressed(self._presses.key() if request.keys else None)
        if isinstance(request, Collect):
            return Collected(self._presses.digits(request.most))
        if isinstance(request, Lookup):
            return self._lookups.pop(0) if self._lookups else Failed("the simulation was given no answer")
        default = DEFAULT_OUTCOMES.get(request.kind, "")
        return Outcome(default if request.kind in ("callback", "survey") else self._outcome(default))

    def _outcome(self, default: str) -> str:
        return self._outcomes.pop(0) if self._outcomes else default


def _told(published: Published, walk: Walk, asked: Request | None) -> list[PathStep]:
    """The new facts as steps. The first tells of the request just answered, the last of one just made."""
    facts, walk.facts = walk.facts, []
    now = _language(walk.request) or walk.place.language
    first = _language(asked) or now
    path = []
    for number, fact in enumerate(facts):
        language = first if number == 0 else now
        heard = tuple(Heard(prompt, _text(published, prompt, language)) for prompt in fact.heard)
        survey = asked.survey if isinstance(asked, Act) and number == 0 and fact.outcome == "done" else ""
        path.append(PathStep(fact, language, heard, survey or None))
    return path


def _language(request: Request | None) -> str:
    return "" if request is None or isinstance(request, Lookup) else request.language


def _text(published: Published, prompt: str, wanted: str) -> str | None:
    language = published.language_of(prompt, wanted)
    return None if language is None else published.prompts[prompt].text.get(language)


def _unannounced(published: Published, path: list[PathStep], at: dt.datetime) -> list[str]:
    """A warning for each calendar that decided in a year whose holidays are not yet announced."""
    warned = []
    for name in dict.fromkeys(_calendars(published, path)):
        calendar = published.calendars.get(name)
        year = at.astimezone(published.zone).year
        if calendar and year in calendar.unannounced_years:
            warned.append(f"calendar {name}: the public holidays of {year} are not yet announced")
    return warned


def _calendars(published: Published, path: list[PathStep]) -> Iterable[str]:
    for each in path:
        step = published.flows[each.fact.flow].steps[each.fact.step]
        if isinstance(step, Branch) and step.calendar:
            yield step.calendar
