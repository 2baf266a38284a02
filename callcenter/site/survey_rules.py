"""The rules of surveys: what of them the types can't say."""

from __future__ import annotations

from collections.abc import Iterator

from callcenter.site import Site
from callcenter.site.problems import Path, Problem
from callcenter.site.service import Survey
from callcenter.site.surveys import Link
from callcenter.survey.message_length import LINK_ROOM, MOST_PARTS, parts

LINK = "{link}"


def surveys(site: Site) -> Iterator[Problem]:
    """``why`` takes a key or a message; each further question has a name of its own; links fit into messages."""
    for place, survey in enumerate(site.surveys):
        why = survey.why
        if why and bool(why.reasons) == bool(why.message_seconds):
            yield Problem(("surveys", place, "why"), "give either reasons or message_seconds")
        seen = {"why"}
        for number, question in enumerate(survey.questions):
            if question.name in seen:
                where = ("surveys", place, "questions", number, "name")
                yield Problem(where, f"{question.name} is taken: give each question a name of its own")
            seen.add(question.name)
        if survey.link:
            yield from _link(site, survey, survey.link, ("surveys", place, "link"))


def spoken_names(survey: Survey) -> list[str]:
    """What a survey's page says by name: prompts, reasons, and each answer to a further question."""
    why = [survey.why.question, *survey.why.reasons.values()] if survey.why else []
    further = [
        name
        for question in survey.questions
        for name in (question.question, *(f"{question.name}_{key}" for key in question.keys))
    ]
    return [survey.question, survey.thanks, *why, *further]


def _link(site: Site, survey: Survey, link: Link, where: Path) -> Iterator[Problem]:
    first, _, last = link.between.partition("-")
    if first >= last:
        yield Problem((*where, "between"), f"{link.between} ends before it begins: write hours of one day")
    for language, text in link.text.items():
        yield from _known(site, language, (*where, "text", language))
        if text.count(LINK) != 1:
            yield Problem((*where, "text", language), f"write {LINK} once: the link is put there")
            continue
        whole = text.replace(LINK, "x" * LINK_ROOM)
        if parts(whole) > MOST_PARTS:
            message = f"{parts(whole)} messages with the link ({len(whole)} characters): {MOST_PARTS} at most"
            yield Problem((*where, "text", language), message)
    known = spoken_names(survey)
    for name, texts in link.words.items():
        if name not in known:
            there = ", ".join(dict.fromkeys(known))
            yield Problem((*where, "words", name), f"the page says no {name}; it says: {there}")
        for language in texts:
            yield from _known(site, language, (*where, "words", name, language))


def _known(site: Site, language: str, where: Path) -> Iterator[Problem]:
    if language not in site.languages:
        yield Problem(where, f"{language} is not among the site's languages: {', '.join(site.languages)}")
