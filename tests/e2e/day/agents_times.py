"""Agents' seconds of ringing, talk and wrap-up by SIPp's own messages. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from callcenter.agents.times import Times
from lab.sipp_messages import Rung

NEAR_SECONDS = 1.0
"""Over a day, of each figure of each agent."""
SLACK = dt.timedelta(seconds=0.5)
"""Between a phone's message and what was decided of it."""
TRUNCATED = dt.timedelta(seconds=1)
"""app_queue counts a wrap-up in whole seconds."""


@dataclass(frozen=True)
class Seconds:
    """Of one agent."""

    ringing: float = 0.0
    talking: float = 0.0
    wrapup: float = 0.0


def by_phone(rung: Iterable[Rung], wrapup: Mapping[str, float]) -> dict[str, Seconds]:
    """By account. A wrap-up lasts as long as the account's, or until the phone rings again."""
    rows = sorted(rung, key=lambda one: (one.account, one.began_at))
    return {
        account: _sum(list(those), wrapup.get(account, 0.0))
        for account, those in groupby(rows, lambda one: one.account)
    }


def _sum(rung: Sequence[Rung], wrapup: float) -> Seconds:
    ringing = sum(_seconds(one.began_at, one.answered_at or one.ended_at) for one in rung)
    talking = sum(_seconds(one.answered_at, one.ended_at) for one in rung if one.answered_at)
    pauses = [
        min(wrapup, _seconds(one.ended_at, then.began_at)) for one, then in pairwise(rung) if one.answered_at
    ]
    last = wrapup if rung and rung[-1].answered_at else 0.0
    return Seconds(ringing, talking, sum(pauses) + last)


def _seconds(began: dt.datetime | None, ended: dt.datetime | None) -> float:
    return max((ended - began).total_seconds(), 0.0) if began and ended else 0.0


def differences(phones: Mapping[str, Seconds], kept: Mapping[str, Times]) -> dict[str, dict[str, float]]:
    """By agent and figure: Hotline's seconds less the phone's."""
    found = {}
    for agent, times in kept.items():
        phone = phones.get(agent, Seconds())
        found[agent] = {
            "ringing": times.ringing - phone.ringing,
            "talking": times.talking - phone.talking,
            "wrapup": times.wrapup - phone.wrapup,
        }
    return found


def could_be(state: str, at: dt.datetime, calls: Iterable[Rung], wrapup: float) -> bool:
    """Whether an agent was free, or busy, at a moment, by these calls of their phone."""
    spans = [(one.began_at, one.ended_at or at, bool(one.answered_at)) for one in calls]
    if state == "free":
        return not any(began + SLACK < at < ended - SLACK for began, ended, _ in spans)
    rest = dt.timedelta(seconds=wrapup) + TRUNCATED
    return any(began - SLACK < at < ended + rest * answered + SLACK for began, ended, answered in spans)
