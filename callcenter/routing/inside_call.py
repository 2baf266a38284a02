"""A call from inside: whom it is ringing, what is decided of it, and out of what."""

from __future__ import annotations

import datetime as dt
import re
from typing import Literal, NamedTuple

from callcenter.routing import decision as routing
from callcenter.routing.desks import Desks
from callcenter.routing.links import FROM_HERE, Came
from callcenter.routing.number_plan import NumberPlan
from callcenter.site_file.published import Published

BUSY, DECLINED, UNKNOWN_NUMBER, NO_ANSWER, UNREACHABLE, NO_LINE, NORMAL = 17, 21, 1, 19, 20, 34, 16
"""Q.850 causes: what the caller's phone is told."""
Outcome = Literal["answered", "busy", "no_answer", "unreachable"]
_CURSOR = re.compile(r"(\+?[0-9]{2,20});([0-9]{1,2});([0-9]{0,2});([a-z0-9_]{0,40});([01])", re.ASCII)
Act = Literal["feature", "flow", "dial", "out", "voicemail", "conference", "refuse", "hangup", "back"]


class Place(NamedTuple):
    """Whom a call is ringing. ``hops``: how often it has been passed on; ``trunk``: the trunk of its route, from 0;
    ``owner``: the seat or agent whose rights count."""

    number: str
    hops: int = 0
    trunk: int | None = None
    owner: str = ""
    confirm: bool = False
    """Whoever answers outside is asked for a key."""

    @classmethod
    def parse(cls, cursor: str) -> Place | None:
        """Read back ``cursor``; None for a call that is at its beginning."""
        found = _CURSOR.fullmatch(cursor)
        if found is None:
            return None
        number, hops, trunk, owner, confirm = found.groups()
        return cls(number, int(hops), int(trunk) if trunk else None, owner, confirm == "1")

    @property
    def cursor(self) -> str:
        """This place as a short text."""
        trunk = "" if self.trunk is None else self.trunk
        return f"{self.number};{self.hops};{trunk};{self.owner};{int(self.confirm)}"


class Decision(NamedTuple):
    """What happens next, and why. ``words`` are said to the caller before a refusal with ``cause``."""

    act: Act
    target: str
    reasons: tuple[str, ...]
    place: Place | None = None
    argument: str = ""
    seconds: int = 0
    words: tuple[str, ...] = ()
    cause: int = NORMAL
    trunk: str = ""
    limit: int = 0
    caller_id: str = ""
    idle: bool = False
    """The phone is not rung while it is in a call."""
    counts: str = ""
    """Of a call that goes out now: ``home`` or ``abroad``, what the day's caps count it as."""

    @property
    def told(self) -> routing.Decision:
        """As it is kept with the call, and shown."""
        return routing.Decision("call", f"{self.act} {self.target}".strip(), self.reasons)

    def after(self, *reasons: str) -> Decision:
        """The same, for these reasons before its own."""
        return self._replace(reasons=(*reasons, *self.reasons))


class House(NamedTuple):
    """What a decision is made of: one version of the site, the moment, who sits where."""

    published: Published
    plan: NumberPlan
    at: dt.datetime
    desks: Desks | None = None
    """Who sits where and which settings there are; None while that can't be found out: then numbers ring."""
    step_seconds: int = 0
    """How long a flow's step rings; 0 for what a seat has dialled."""
    came: Came = FROM_HERE


def refuse(why: str, *reasons: str) -> Decision:
    """The call is refused: with these words and this cause."""
    words, cause = _REFUSALS[why]
    return Decision("refuse", "", reasons, argument=why, words=(words,), cause=cause)


_REFUSALS = {
    "unknown_number": ("house-unknown-number", UNKNOWN_NUMBER),
    "not_allowed": ("house-not-allowed", DECLINED),
    "barred": ("house-not-allowed", DECLINED),
    "cap": ("house-cap", DECLINED),
    "no_line": ("house-no-line", NO_LINE),
    "busy": ("house-busy", BUSY),
    "no_answer": ("house-no-answer", NO_ANSWER),
    "unreachable": ("house-unreachable", UNREACHABLE),
}
