"""Agents' seconds of ringing, talk and wrap-up by SIPp's own messages. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise

from callcenter.agents.times import Times
from lab.sipp_messages import Rung

NEAR_SECONDS = 1.0
"""Over a day, of each figure of each agent."""
NEAR_A_TALK = 0.5
"""Of a talk that a phone was joined to: it only knows when it heard the caller."""
NEAR = {
    **dict.fromkeys(("ringing", "talking", "wrapup", "credited"), NEAR_SECONDS),
    "joined": NEAR_A_TALK,
}
"""The most that each figure may differ by."""
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
    credited: float = 0.0
    """With callers: without those on hold, and also of calls that came from a colleague."""
    joined: int = 0
    """How many talks of theirs they were joined to."""


@dataclass(frozen=True)
class Talked:
    """One talk with a caller at a softphone. ``joined``: it was not the caller who was answered."""

    account: str
    seconds: float
    joined: bool


def by_phone(
    rung: Iterable[Rung], wrapup: Mapping[str, float], talked: Sequence[Talked] = ()
) -> dict[str, Seconds]:
    """By account. A wrap-up lasts as long as the account's, or until the phone rings again.

    Who is not among those who ``talked`` was with callers from each answer on.
    """
    rows = sorted(rung, key=lambda one: (one.account, one.began_at))
    of = {account: list(those) for account, those in groupby(rows, lambda one: one.account)}
    found = {account: _sum(those, wrapup.get(account, 0.0)) for account, those in of.items()}
    found = {account: replace(seconds, credited=seconds.talking) for account, seconds in found.items()}
    for account in {one.account for one in talked}:
        mine = [one for one in talked if one.account == account]
        found[account] = replace(
            found.get(account, Seconds()),
            credited=sum(one.seconds for one in mine),
            joined=sum(one.joined for one in mine),
        )
    return found


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


def differences(
    phones: Mapping[str, Seconds], kept: Mapping[str, Times], credited: Mapping[str, float]
) -> dict[str, dict[str, float]]:
    """By agent and figure: Hotline's seconds less the phone's. ``credited``: by agent, of the calls' legs.

    ``joined`` is of a talk, of those who were joined to theirs.
    """
    found = {}
    for agent, times in kept.items():
        phone = phones.get(agent, Seconds())
        off = credited.get(agent, 0.0) - phone.credited
        found[agent] = {
            "ringing": times.ringing - phone.ringing,
            "talking": times.talking - phone.talking,
            "wrapup": times.wrapup - phone.wrapup,
            "credited": 0.0 if phone.joined else off,
            "joined": off / phone.joined if phone.joined else 0.0,
        }
    return found


def could_be(state: str, at: dt.datetime, calls: Iterable[Rung], wrapup: float) -> bool:
    """Whether an agent was free, or busy, at a moment, by these calls of their phone."""
    spans = [(one.began_at, one.ended_at or at, bool(one.answered_at)) for one in calls]
    if state == "free":
        return not any(began + SLACK < at < ended - SLACK for began, ended, _ in spans)
    rest = dt.timedelta(seconds=wrapup) + TRUNCATED
    return any(began - SLACK < at < ended + rest * answered + SLACK for began, ended, answered in spans)
