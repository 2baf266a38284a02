"""The rules of surveys: what of them the types can't say."""

from __future__ import annotations

from collections.abc import Iterator

from callcenter.site import Site
from callcenter.site.problems import Problem


def surveys(site: Site) -> Iterator[Problem]:
    """``why`` takes a key or a message; each further question has a name of its own."""
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
