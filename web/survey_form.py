"""A survey as a form, and what was filled in; pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from callcenter.site import Site
from callcenter.site.service import Survey
from callcenter.survey.by_link import Given, one_line
from callcenter.survey.scores import BAD
from web.page_words import SCORES, WORDS, own

FURTHER = "further_"
"""Begins the fields of further questions."""


@dataclass(frozen=True, slots=True)
class Choices:
    """One question: the name of its field, and what may be chosen, value → label."""

    field: str
    question: str
    labels: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Form:
    """What a page asks. ``why``: of who chooses ``BAD`` or worse; without labels it is written."""

    score: Choices
    why: Choices | None
    further: tuple[Choices, ...]
    thanks: str


def form_of(site: Site, survey: Survey, language: str) -> Form:
    """The survey in a language: the words of its link, else its prompts' own text."""
    say = _Speaker(site, survey, language)
    why = None
    if survey.why:
        reasons = {key: say(name, _plain(name)) for key, name in survey.why.reasons.items()}
        why = Choices("why", say(survey.why.question, say.own["why"]), reasons)
    further = tuple(
        Choices(
            FURTHER + asked.name,
            say(asked.question, _plain(asked.name)),
            {key: say(f"{asked.name}_{key}", key) for key in asked.keys},
        )
        for asked in survey.questions
    )
    scores = {str(score): label for score, label in enumerate(SCORES[own(language)], 1)}
    asked_for = Choices("score", say(survey.question, say.own["question"]), scores)
    return Form(asked_for, why, further, say(survey.thanks, say.own["thanks"]))


def read(survey: Survey, filled: Mapping[str, str]) -> Given | None:
    """The answer; None without a score. What was not asked, or can't be chosen, is no answer."""
    chosen = filled.get("score", "")
    if chosen not in ("1", "2", "3", "4"):
        return None
    score, why, words = int(chosen), None, None
    if survey.why and score >= BAD:
        why = survey.why.reasons.get(filled.get("why", ""))
        words = None if survey.why.reasons else one_line(filled.get("words", ""))
    answers = {asked.name: filled.get(FURTHER + asked.name, "") for asked in survey.questions}
    keys = {asked.name: asked.keys for asked in survey.questions}
    replies = {name: key for name, key in answers.items() if len(key) == 1 and key in keys[name]}
    return Given(score=score, why=why, words=words, replies=replies)


class _Speaker:
    """What stands under a name on the page."""

    def __init__(self, site: Site, survey: Survey, language: str) -> None:
        self._spoken = {prompt.name: prompt.text for prompt in site.prompts}
        self._written = survey.link.words if survey.link else {}
        self._language = language
        self.own = WORDS[own(language)]

    def __call__(self, name: str, otherwise: str) -> str:
        for texts in (self._written.get(name), self._spoken.get(name)):
            if texts and self._language in texts:
                return texts[self._language]
        return otherwise


def _plain(name: str) -> str:
    return name.replace("_", " ").capitalize()
