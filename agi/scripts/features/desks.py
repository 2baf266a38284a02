"""Do-not-disturb and forwarding, set at the phone they are for."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy.orm import Session

from agi.scripts.features.desk import Desk
from callcenter.routing.desks import change


def setting(name: str) -> Callable[[Desk], None]:
    """The feature that sends such calls of the phone to the number dialled behind the code."""
    return lambda desk: _change(desk, name, desk.argument)


def clearing(name: str) -> Callable[[Desk], None]:
    """The feature that ends it."""
    return lambda desk: _change(desk, name, None)


def dnd_on(desk: Desk) -> None:
    """The phone is not to be disturbed."""
    _change(desk, "do_not_disturb", True)


def dnd_off(desk: Desk) -> None:
    """It rings again."""
    _change(desk, "do_not_disturb", False)


def _change(desk: Desk, name: str, value: str | bool | None) -> None:
    numbers, number, clock = desk.snapshot.numbers, desk.number, desk.services.clock

    def work(session: Session) -> None:
        change(session, numbers, number, f"seat {desk.seat}", clock, **{name: value})

    desk.database(work)
    desk.wish("members")
    desk.say("house-done")
