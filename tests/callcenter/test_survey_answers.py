"""Which answer tells of which visit, by phone and by a link."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from itertools import permutations

import pytest

from callcenter.survey.answers import answer_of, visit_of
from schema.calls import SurveyAnswer

pytestmark = [pytest.mark.req("SAT-2", "SAT-5")]
AT = dt.datetime(2026, 3, 2, 1, 0, tzinfo=dt.UTC)


@dataclass(frozen=True)
class Stay:
    number: int
    joined_at: dt.datetime


def minute(minutes: float) -> dt.datetime:
    return AT + dt.timedelta(minutes=minutes)


def phone(minutes: float, outcome: str = "scored", score: int | None = None) -> SurveyAnswer:
    return SurveyAnswer(call_id="c", at=minute(minutes), outcome=outcome, score=score, way="phone")


def by_link(visit: int, score: int) -> SurveyAnswer:
    return SurveyAnswer(call_id="c", at=minute(999), visit=visit, outcome="scored", score=score, way="web")


FIRST, SECOND = Stay(1, minute(0)), Stay(2, minute(10))
BOTH = (FIRST, SECOND)


def test_an_answer_by_phone_is_the_last_visits_before_it() -> None:
    assert [visit_of(phone(at), BOTH) for at in (-1, 0, 5, 10, 11)] == [None, None, FIRST, FIRST, SECOND]


def test_an_answer_by_a_link_is_the_visits_it_was_asked_about_however_late() -> None:
    assert visit_of(by_link(1, 4), BOTH) is FIRST
    assert visit_of(by_link(7, 4), BOTH) is None


@pytest.mark.parametrize(
    ("given", "first", "second"),
    [
        ([by_link(1, 4)], 4, None),
        ([by_link(1, 4), by_link(2, 1)], 4, 1),
        ([by_link(1, 4), phone(11, score=2)], 4, 2),
        ([by_link(2, 4), phone(11, score=2)], None, 2),
        ([by_link(2, 4), phone(11, "no_answer")], None, 4),
        ([by_link(2, 4), phone(11, "asked")], None, 4),
        ([phone(11, score=1), phone(12, score=3)], None, 3),
        ([], None, None),
    ],
)
def test_a_link_fills_in_what_the_phone_did_not_get_whatever_comes_first(
    given: list[SurveyAnswer], first: int | None, second: int | None
) -> None:
    for order in permutations(given):
        found = [answer_of(visit, BOTH, order) for visit in BOTH]
        assert [answer and answer.score for answer in found] == [first, second]
