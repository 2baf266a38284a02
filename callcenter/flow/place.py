"""Where a call stands in its flow, as a value that travels through the dialplan between two scripts.

The cursor reads ``flow/step;language`` followed by what is not at its beginning, as in
``billing/menu;zh;back=0.4;missed=nw;count=7.0``. It holds only letters, digits and ``_/;=.`` and stays
under 250 characters. Values travel beside it as URL query text; masked ones never leave memory.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.parse import parse_qsl, quote

END = "."
"""The step of a call that is over."""

MENUS_REMEMBERED = 12
VALUE_LENGTH, VALUES_LENGTH = 100, 1000
"""Characters of one value and of all, as URL text: an AGI line holds 2,048 bytes (Asterisk, res_agi.c)."""

_NAME = r"[a-z][a-z0-9_]{0,39}"
_VARIABLE = re.compile(_NAME, re.ASCII)
_CURSOR = re.compile(
    rf"({_NAME})/(\.?{_NAME}|\.);([a-z]{{2}}(?:_[A-Z]{{2}})?)"
    r"(?:;back=(\d{1,4}(?:\.\d{1,4}){0,11}))?(?:;missed=([nw]{1,16}))?(?:;typed=([0-9sp]))?"
    r"(;doing)?(?:;count=(\d{1,4})\.(\d{1,3}))?(;guarded)?"
    r"(?:;priority=(\d{1,2}))?(?:;hops=(\d{1,2}))?(?:;asked=([vl]\d{1,18}\.\d{2,8}\.\d{1,3}\.[a-z]{1,6}))?",
    re.ASCII,
)
_TO_CURSOR = {"*": "s", "#": "p"}
_FROM_CURSOR = {"s": "*", "p": "#"}


class Asked(NamedTuple):
    """An agent who is asked before the queue, and how far that has come."""

    source: str
    """v and the number of the VIP list's entry, or l and how many seconds ago they served the caller."""
    agent: str
    wait_seconds: int
    state: str = "new"
    """new, then the agent's own state (free, busy, paused, away), over when the queue comes."""

    @property
    def text(self) -> str:
        """As the cursor has it."""
        return ".".join(map(str, self))


@dataclass(slots=True)
class Place:
    """Where a call stands. A walk changes it as it goes."""

    flow: str
    step: str
    language: str
    back: tuple[int, ...] = ()
    """Menus come through, by their number in ``Published.menus``; the last is the one entered last."""
    missed: str = ""
    """Failed tries at this step in order: n for no input, w for a wrong key."""
    typed: str = ""
    """A key that cut a welcome short and answers the next menu."""
    doing: bool = False
    """This step's action has begun; its outcome is awaited."""
    steps: int = 0
    """Steps taken in this call."""
    quiet: int = 0
    """Steps taken since the caller was last asked for a key."""
    guarded: bool = False
    """The loop guard has sent this call to the operator once."""
    priority: int = 0
    """Of the caller, in every queue."""
    hops: int = 0
    """Queues, phones, numbers and boxes this call has been sent to."""
    asked: Asked | None = None
    """The agent who goes before the queue of this step."""
    variables: dict[str, str] = field(default_factory=dict)
    masked: set[str] = field(default_factory=set)

    @classmethod
    def parse(cls, cursor: str, variables: str = "") -> Place:
        """Read back ``cursor`` and ``variables_text``. What cannot be read gives a place in no flow."""
        found = _CURSOR.fullmatch(cursor)
        if found is None:
            return cls("", "", "")
        flow, step, language, back, missed, typed, doing, steps, quiet, guarded = found.groups()[:10]
        place = cls(flow, step, language, doing=bool(doing), guarded=bool(guarded), missed=missed or "")
        place.back = tuple(int(number) for number in back.split(".")) if back else ()
        place.typed = _FROM_CURSOR.get(typed, typed or "")
        place.steps, place.quiet = int(steps or 0), int(quiet or 0)
        priority, hops, asked = found.groups()[10:]
        place.priority, place.hops = int(priority or 0), int(hops or 0)
        if asked:
            source, agent, wait, state = asked.split(".")
            place.asked = Asked(source, agent, int(wait), state)
        for name, value in _pairs(variables):
            place.keep(name, value)
        return place

    @property
    def cursor(self) -> str:
        """This place as a short text."""
        parts = [f"{self.flow}/{self.step};{self.language}"]
        if self.back:
            parts.append("back=" + ".".join(map(str, self.back)))
        if self.missed:
            parts.append(f"missed={self.missed}")
        if self.typed:
            parts.append(f"typed={_TO_CURSOR.get(self.typed, self.typed)}")
        if self.doing:
            parts.append("doing")
        if self.steps or self.quiet:
            parts.append(f"count={self.steps}.{self.quiet}")
        if self.guarded:
            parts.append("guarded")
        if self.priority:
            parts.append(f"priority={self.priority}")
        if self.hops:
            parts.append(f"hops={self.hops}")
        if self.asked:
            parts.append(f"asked={self.asked.text}")
        return ";".join(parts)

    @property
    def variables_text(self) -> str:
        """The call's values as URL query text, masked ones left out."""
        shown = (pair for pair in self.variables.items() if pair[0] not in self.masked)
        return "&".join(f"{name}={quote(value, safe='')}" for name, value in shown)

    def keep(self, name: str, value: str, masked: bool = False) -> bool:
        """Keep a value with the call. False, and nothing is kept, when it is too long or not printable."""
        if not value.isprintable() or not _VARIABLE.fullmatch(name):
            return False
        others = sum(len(k) + len(quote(v, safe="")) + 2 for k, v in self.variables.items() if k != name)
        length = len(quote(value, safe=""))
        if length > VALUE_LENGTH or others + len(name) + 1 + length > VALUES_LENGTH:
            return False
        self.variables[name] = value
        (self.masked.add if masked else self.masked.discard)(name)
        return True

    def forget_masked(self) -> None:
        """Drop the masked values: the call leaves for the dialplan, where they must not be seen."""
        for name in self.masked:
            del self.variables[name]
        self.masked.clear()


def _pairs(text: str) -> list[tuple[str, str]]:
    if len(text) > VALUES_LENGTH:
        return []
    return parse_qsl(text, keep_blank_values=True)
