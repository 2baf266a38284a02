"""Which answer tells of which visit: pure, for the journey's records and the stored rows alike.

An answer by phone belongs to the last answered visit that began before it; one by a link names its visit. A score
stands: a page fills in what the phone did not get, and takes nothing from what it did.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Protocol, TypeVar

from schema.calls import SurveyAnswer


class Served(Protocol):
    """An answered visit: a record of the journey, or its row."""

    @property
    def number(self) -> int: ...

    @property
    def joined_at(self) -> dt.datetime: ...


V = TypeVar("V", bound=Served)


def visit_of(answer: SurveyAnswer, answered: Sequence[V]) -> V | None:
    """The one of the answered visits this answer tells of."""
    if answer.visit is not None:
        return next((visit for visit in answered if visit.number == answer.visit), None)
    before = [visit for visit in answered if visit.joined_at < answer.at]
    return max(before, key=lambda visit: visit.number, default=None)


def answer_of(
    visit: Served, answered: Sequence[Served], answers: Sequence[SurveyAnswer]
) -> SurveyAnswer | None:
    """The answer that counts for ``visit``: the phone's last, unless only the page got a score."""
    mine = [answer for answer in answers if (of := visit_of(answer, answered)) and of.number == visit.number]
    newest = sorted(mine, key=lambda answer: answer.at, reverse=True)
    by_phone = next((answer for answer in newest if not is_by_link(answer)), None)
    by_link = next((answer for answer in newest if is_by_link(answer)), None)
    if by_phone is None or (by_link is not None and by_phone.outcome != "scored"):
        return by_link
    return by_phone


def is_by_link(answer: SurveyAnswer) -> bool:
    """Whether it was given on the page of a link."""
    return answer.way == "web"
