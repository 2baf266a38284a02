"""Lines for calls in hand on a mixed day: numbers 400900952x, each with an agent 41x1 and a colleague 41x2."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Site = dict[str, Any]
WAYS = (
    "attended",
    "three",
    "parked",
    "supervised",
    "taken_over",
    "picked_up",
    "put_out",
    "kept",
    "asked_by_command",
)
"""What is done with the calls of each line."""


@dataclass(frozen=True)
class Line:
    """One line, and who is at its phones; the colleague is a supervisor and in no queue."""

    way: str

    @property
    def place(self) -> int:
        return WAYS.index(self.way) + 1

    @property
    def number(self) -> str:
        return f"400900952{self.place}"

    @property
    def queue(self) -> str:
        return f"day_{self.way}"

    @property
    def agent(self) -> str:
        return f"41{self.place}1"

    @property
    def colleague(self) -> str:
        return f"41{self.place}2"

    @property
    def parking(self) -> str:
        """Dialled to park a call of this line, and to take it again."""
        return f"*773{self.place}"


LINES = tuple(map(Line, WAYS))
CUSTOMERS, CUSTOMERS_HOST, LEAVES_BY = "c5", "127.0.0.55", "3"
"""The trunk to those who are called back, and the key by which they leave the queue."""


def call_back() -> Site:
    """What the queue of who keeps the place has besides."""
    words = {"trunk": CUSTOMERS, "caller_id": "4008001000", "intro": "come_back"}
    times = {"attempts": 2, "pause_seconds": 5, "ring_seconds": 10}
    return {"exit_keys": [LEAVES_BY], "call_back": words | times}


def seat_number(agent: str) -> str:
    """The inside number of the seat of one of them."""
    return f"9{agent}"


def people() -> list[Site]:
    """The agents."""
    return [
        {"number": number, "title": number, "languages": ["zh"], "supervisor": number == line.colleague}
        for line in LINES
        for number in (line.agent, line.colleague)
    ]
