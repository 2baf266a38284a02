"""What inside numbers do with calls to them: do-not-disturb, forwarding, how long they ring, follow-me.

An agent whose phone takes no calls is paused in the queues, for that reason, and goes on when it does again.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from callcenter.agents import seating as agents
from callcenter.errors import HotlineError, NotFound
from callcenter.ports import Clock
from callcenter.routing.number_plan import NumberPlan
from schema.desks import DeskSettings

MAX_HOPS = 5
"""A call is passed on so often and no further."""
NUMBERS = ("always", "busy", "no_answer", "unreachable", "follow_me")
"""Settings that are a number, as dialled at a seat."""
QUIET, ELSEWHERE = "do not disturb", "calls forwarded"
"""Why an agent is paused."""
_NUMBER = re.compile(r"\+?[0-9]{2,20}", re.ASCII)


class Settings(NamedTuple):
    """One inside number's; the fields are those of ``schema.desks.DeskSettings``."""

    do_not_disturb: bool = False
    always: str | None = None
    busy: str | None = None
    no_answer: str | None = None
    unreachable: str | None = None
    ring_seconds: int | None = None
    follow_me: str | None = None

    def over(self, other: Settings) -> Settings:
        """These where they say something, else ``other``'s."""
        return self._replace(
            **{name: value for name, value in other._asdict().items() if not getattr(self, name)}
        )

    @property
    def numbers(self) -> set[str]:
        """Every number a call may be sent on to."""
        return {number for name in NUMBERS if (number := getattr(self, name))}


class Desks(NamedTuple):
    """What is known of the numbers a call may come to: where agents sit, and the settings."""

    seated: Mapping[str, str]
    settings: Mapping[str, Settings]


def around(session: Session, plan: NumberPlan, number: str, seat: str) -> Desks:
    """All that matters for a call from ``seat`` to ``number``, over as many hops as a call may take."""
    seated: dict[str, str] = {}
    found: dict[str, Settings] = {}
    wanted, seen = {number}, set[str]()
    for _ in range(MAX_HOPS + 1):
        seen |= wanted
        seated |= agents.seats_of(session, wanted, {seat, *(plan.seats.get(number, "") for number in wanted)})
        of_seats = {plan.numbers[there] for there in seated.values() if there in plan.numbers}
        new = of(session, (wanted | of_seats) - found.keys())
        found |= new
        wanted = {number for settings in new.values() for number in settings.numbers} - seen
        if not wanted:
            break
    return Desks(seated, found)


def known_desks(session: Session) -> Desks:
    """Where everybody sits, and all settings: for who has no call to hurry for."""
    return Desks({login.agent: login.seat for login in agents.logged_in(session)}, everyone(session))


def of(session: Session, numbers: Iterable[str]) -> dict[str, Settings]:
    """The settings of these numbers, of those that have any."""
    query = select(DeskSettings).where(DeskSettings.number.in_(list(numbers)))
    return {row.number: _settings(row) for row in session.scalars(query)}


def everyone(session: Session) -> dict[str, Settings]:
    """The settings of all numbers that have any."""
    query = select(DeskSettings).order_by(DeskSettings.number)
    return {row.number: _settings(row) for row in session.scalars(query)}


def change(
    session: Session, plan: NumberPlan, number: str, by: str, clock: Clock, **values: str | int | bool | None
) -> Settings:
    """Change some settings of a seat's or agent's number. Raises NotFound and HotlineError."""
    if number not in plan.seats and number not in plan.agents:
        raise NotFound(f"{number} is no seat's and no agent's number; see hotline agents list")
    for name in NUMBERS:
        _check(name, values.get(name), number)
    row = session.get(DeskSettings, number) or DeskSettings(
        number=number,
        do_not_disturb=False,
    )
    for name, value in values.items():
        setattr(row, name, value)
    row.changed_at, row.changed_by = clock(), by
    session.add(row)
    if _settings(row) == Settings():
        session.flush()
        session.delete(row)
    follow(session, plan, [number], clock)
    return _settings(row)


def follow(session: Session, plan: NumberPlan, numbers: Collection[str], clock: Clock) -> None:
    """Pause and unpause who is concerned by the settings of these seats' and agents' numbers."""
    for login in agents.logged_in(session):
        at = plan.numbers.get(login.seat, "")
        if {login.agent, at}.isdisjoint(numbers):
            continue
        known = of(session, [login.agent, at])
        settings = known.get(login.agent, Settings()).over(known.get(at, Settings()))
        reason = QUIET if settings.do_not_disturb else ELSEWHERE if settings.always else None
        if login.paused_reason not in (None, QUIET, ELSEWHERE) or login.paused_reason == reason:
            continue
        if reason:
            agents.pause(session, login.agent, reason, clock)
        else:
            agents.unpause(session, login.agent, clock)


def end_pause(session: Session, plan: NumberPlan, agent: str, clock: Clock) -> None:
    """End an agent's pause. Raises HotlineError while their phone takes no calls, NotFound when they are away."""
    agents.unpause(session, agent, clock)
    follow(session, plan, [agent], clock)
    if reason := agents.seated(session, agent).paused_reason:
        raise HotlineError(f"the phone of agent {agent} takes no calls: {reason}; see hotline desks list")


def _check(name: str, value: object, number: str) -> None:
    if value is None:
        return
    if not _NUMBER.fullmatch(str(value)):
        raise HotlineError(f"{name}: {value} is no number: digits, a + before them")
    if value == number:
        raise HotlineError(f"{name}: {number} can't be sent on to itself")


def _settings(row: DeskSettings) -> Settings:
    return Settings(*(getattr(row, name) for name in Settings._fields))
