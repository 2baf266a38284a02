"""Lines for calls in hand: a number, a queue with one agent, and two colleagues in a queue beside it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

HANDS = range(1, 10)
NO_RIGHTS = "7791"
"""An agent who may only call inside."""
GROUP = ("t7791", "t7792")
"""Seats that take each other's calls."""
SUPERVISORS = [f"77{number}3" for number in HANDS]


def add_hands(found: dict[str, Any], add_line: Callable[[dict[str, Any], str, str, list[str]], None]) -> None:
    """``hands1`` is dialled by 4007700001 and served by 7711;
    its colleagues 7712 and 7713 serve ``beside1``, 7713 is a supervisor.
    """
    for number in HANDS:
        add_line(found, f"hands{number}", f"400770000{number}", [f"77{number}1"])
        add_line(found, f"beside{number}", f"400770010{number}", [f"77{number}2", f"77{number}3"])
    for agent in found["agents"]:
        if agent["number"] in SUPERVISORS:
            agent["supervisor"] = True
        elif agent["number"] == NO_RIGHTS:
            agent["rights"] = "inside"
    for seat in found["seats"]:
        if seat["name"] in GROUP:
            seat["pickup_group"] = "ninth"
