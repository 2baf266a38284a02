"""How often a caller's call reaches the survey, and how often it is answered: by agent, queue or survey.

Every answered call counts once (``schema.calls.Score`` has one row for each visit). ``asked`` heard the
question; ``offered`` are those who could have: they had not left before the agent, and their queue has a survey.
Links are counted apart: ``invited`` were sent one, ``by_link`` are scored on its page.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal, NamedTuple

from sqlalchemy import and_, exists, func, or_, select
from sqlalchemy.orm import Session

from schema.calls import Score, SurveyAnswer
from schema.surveys import Invitation

By = Literal["agent", "queue", "survey"]
NOT_THEIRS = ("caller_left_first", "no_survey", "pbx_restart")
"""Reasons for which nobody could be asked."""
FEW = 10
"""With fewer answered calls nothing is said about anybody."""
SELDOM = 0.5
"""A share of asked calls below half of everybody's is seldom."""


class Counted(NamedTuple):
    """Calls that came to the same. ``total``: the sum of their scores.

    ``heard``: scored by a link, after the question had been put on the phone as well.
    """

    name: str | None
    outcome: str
    reason: str | None
    calls: int
    total: int
    by_link: bool = False
    heard: bool = False


@dataclass
class Rate:
    """One agent's (queue's, survey's) answered calls. ``why_not``: outcome or reason → calls without a score."""

    name: str | None
    answered: int = 0
    offered: int = 0
    asked: int = 0
    scored: int = 0
    invited: int = 0
    by_link: int = 0
    total: int = 0
    why_not: Counter[str] = field(default_factory=Counter)
    seldom: bool = False

    @property
    def asked_rate(self) -> float | None:
        """Asked of all answered calls."""
        return self.asked / self.answered if self.answered else None

    @property
    def answered_rate(self) -> float | None:
        """Scored of those asked on the phone."""
        return self.scored / self.asked if self.asked else None

    @property
    def link_rate(self) -> float | None:
        """Scored by a link of those invited."""
        return self.by_link / self.invited if self.invited else None

    @property
    def mean(self) -> float | None:
        """The mean score by either way, 1 is best."""
        scored = self.scored + self.by_link
        return self.total / scored if scored else None

    def count(self, these: Counted) -> None:
        """Add calls that came to the same."""
        self.answered += these.calls
        if these.by_link:
            self.by_link += these.calls
            self.total += these.total
            self.offered += these.calls * these.heard
            self.asked += these.calls * these.heard
            return
        self.offered += these.calls * (these.reason not in NOT_THEIRS)
        self.asked += these.calls * (these.outcome != "not_offered")
        if these.outcome == "scored":
            self.scored += these.calls
            self.total += these.total
        else:
            self.why_not[these.reason or these.outcome] += these.calls


def rates(counted: Iterable[Counted], invited: Mapping[str | None, int] = MappingProxyType({})) -> list[Rate]:
    """One for each name, those whose calls reach the survey least first; who does so seldom is marked.

    ``invited``: name → calls that were sent a link.
    """
    by_name: dict[str | None, Rate] = {}
    everybody = Rate(None)
    for these in counted:
        by_name.setdefault(these.name, Rate(these.name)).count(these)
        everybody.count(these)
    usual = everybody.asked_rate or 0.0
    for rate in by_name.values():
        rate.invited = invited.get(rate.name, 0)
        rate.seldom = rate.answered >= FEW and (rate.asked_rate or 0.0) < usual * SELDOM
    return sorted(by_name.values(), key=lambda rate: (rate.asked_rate or 0.0, rate.name or ""))


def read_rates(
    session: Session, by: By = "agent", since: dt.datetime | None = None, until: dt.datetime | None = None
) -> list[Rate]:
    """The rates of the scores from ``since`` up to ``until``."""
    name = getattr(Score, by)
    of = [Score.at >= since] if since is not None else []
    of += [Score.at < until] if until is not None else []
    by_phone = exists().where(SurveyAnswer.call_id == Score.call_id, SurveyAnswer.way == "phone")
    by_link = func.coalesce(Score.way, "") == "web"
    kinds = (name.label("name"), Score.outcome, Score.reason, by_link.label("by_link"))
    each = select(*kinds, Score.score, and_(by_link, by_phone).label("heard")).where(*of).subquery().c
    same = (each.by_link, each.heard)
    figures = (each.name, each.outcome, each.reason, func.count(), func.coalesce(func.sum(each.score), 0))
    wanted = select(*figures, *same).group_by(each.name, each.outcome, each.reason, *same)
    counted = (
        Counted(row[0], row[1], row[2], int(row[3]), int(row[4]), bool(row[5]), bool(row[6]))
        for row in session.execute(wanted)
    )
    same_visit = and_(Invitation.call_id == Score.call_id, Invitation.visit == Score.visit)
    went_out = or_(Invitation.sent_at.is_not(None), Invitation.answered_at.is_not(None))
    links = select(name, func.count()).join(Invitation, same_visit).where(went_out, *of).group_by(name)
    return rates(counted, {row[0]: int(row[1]) for row in session.execute(links)})
