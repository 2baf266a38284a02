"""How often a caller's call reaches the survey, and how often it is answered: by agent, queue or survey.

Every answered call counts once (``schema.calls.Score`` has one row for each visit). ``asked`` heard the
question; ``offered`` are those who could have: they had not left before the agent, and their queue has a survey.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from schema.calls import Score

By = Literal["agent", "queue", "survey"]
NOT_THEIRS = ("caller_left_first", "no_survey", "pbx_restart")
"""Reasons for which nobody could be asked."""
FEW = 10
"""With fewer answered calls nothing is said about anybody."""
SELDOM = 0.5
"""A share of asked calls below half of everybody's is seldom."""


@dataclass
class Rate:
    """One agent's (queue's, survey's) answered calls. ``why_not``: outcome or reason → calls without a score."""

    name: str | None
    answered: int = 0
    offered: int = 0
    asked: int = 0
    scored: int = 0
    total: int = 0
    why_not: Counter[str] = field(default_factory=Counter)
    seldom: bool = False

    @property
    def asked_rate(self) -> float | None:
        """Asked of all answered calls."""
        return self.asked / self.answered if self.answered else None

    @property
    def answered_rate(self) -> float | None:
        """Scored of those asked."""
        return self.scored / self.asked if self.asked else None

    @property
    def mean(self) -> float | None:
        """The mean score, 1 is best."""
        return self.total / self.scored if self.scored else None

    def count(self, outcome: str, reason: str | None, calls: int, total: int) -> None:
        """Add ``calls`` with this outcome; ``total`` is the sum of their scores."""
        self.answered += calls
        self.offered += calls * (reason not in NOT_THEIRS)
        self.asked += calls * (outcome != "not_offered")
        if outcome == "scored":
            self.scored += calls
            self.total += total
        else:
            self.why_not[reason or outcome] += calls


Counted = tuple[str | None, str, str | None, int, int]
"""Name, outcome, reason, calls, sum of scores."""


def rates(counted: Iterable[Counted]) -> list[Rate]:
    """One for each name, those whose calls reach the survey least first; who does so seldom is marked."""
    by_name: dict[str | None, Rate] = {}
    everybody = Rate(None)
    for name, outcome, reason, calls, total in counted:
        by_name.setdefault(name, Rate(name)).count(outcome, reason, calls, total)
        everybody.count(outcome, reason, calls, total)
    usual = everybody.asked_rate or 0.0
    for rate in by_name.values():
        rate.seldom = rate.answered >= FEW and (rate.asked_rate or 0.0) < usual * SELDOM
    return sorted(by_name.values(), key=lambda rate: (rate.asked_rate or 0.0, rate.name or ""))


def read_rates(
    session: Session, by: By = "agent", since: dt.datetime | None = None, until: dt.datetime | None = None
) -> list[Rate]:
    """The rates of the scores from ``since`` up to ``until``."""
    name = getattr(Score, by)
    wanted = select(name, Score.outcome, Score.reason, func.count(), func.coalesce(func.sum(Score.score), 0))
    wanted = wanted.group_by(name, Score.outcome, Score.reason)
    if since is not None:
        wanted = wanted.where(Score.at >= since)
    if until is not None:
        wanted = wanted.where(Score.at < until)
    return rates((row[0], row[1], row[2], int(row[3]), int(row[4])) for row in session.execute(wanted))
