"""What a number dialled at a seat is, and what becomes of the call: one pure decision with its reasons, in order.

``agi/scripts/inside.py`` asks and carries out. The dialplan rings a phone and comes back with what became
of it; where the call stood travels as ``Place``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal, NamedTuple

from callcenter.feature_codes import find
from callcenter.number_plan import NumberPlan
from callcenter.published import Published

RING_SECONDS = 30
BUSY, DECLINED, UNKNOWN_NUMBER, NO_ANSWER, UNREACHABLE, NORMAL = 17, 21, 1, 19, 20, 16
"""Q.850 causes: what the caller's phone is told."""
Outcome = Literal["answered", "busy", "no_answer", "unreachable"]
Act = Literal["feature", "flow", "dial", "voicemail", "refuse", "hangup"]


class Place(NamedTuple):
    """Whom a call is ringing: the inside number, and how often it has been passed on."""

    number: str
    hops: int = 0

    @classmethod
    def parse(cls, cursor: str) -> Place | None:
        """Read back ``cursor``; None for a call that is at its beginning."""
        found = re.fullmatch(r"([0-9]{2,8});([0-9]{1,3})", cursor, re.ASCII)
        return cls(found[1], int(found[2])) if found else None

    @property
    def cursor(self) -> str:
        """This place as a short text."""
        return f"{self.number};{self.hops}"


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


class House(NamedTuple):
    """What a decision is made of: one version of the site, and who sits where at this moment."""

    published: Published
    plan: NumberPlan
    seated: Mapping[str, str] | None = None
    """Agent → endpoint, of those the decision may ask for; None while that can't be found out."""


def seat_of(plan: NumberPlan, channel: str, moved_by: str) -> str:
    """Whose wish the call is: the channel's own seat, or the one that transferred the caller; else nobody's."""
    for name in (moved_by, channel):
        endpoint = name.partition("/")[2].rpartition("-")[0]
        if endpoint in plan.numbers:
            return endpoint
    return ""


def begin(house: House, seat: str, dialled: str) -> Decision:
    """What a number dialled at ``seat`` opens."""
    plan = house.plan
    if dialled[:1] in ("*", "#"):
        return _feature(plan, seat, dialled)
    if dialled in house.published.by_number:
        return Decision("flow", dialled, (f"{dialled} is a number of the house: its flow is opened",))
    if dialled in plan.seats or dialled in plan.agents:
        return _ring(house, Place(dialled))
    if dialled in plan.mailboxes:
        return Decision("voicemail", dialled, (f"{dialled} is a mailbox",))
    return _refuse((f"{dialled} is no number of this house",), "unknown_number")


def go_on(house: House, place: Place, dial_status: str, cause: str) -> Decision:
    """What follows when the phone at ``place`` has rung."""
    outcome = outcome_of(dial_status, cause)
    if outcome == "answered":
        return Decision("hangup", "", (f"{place.number} answered",))
    return _missed(house, place, (f"{place.number}: {_SAID[outcome]}",), outcome)


def outcome_of(dial_status: str, cause: str) -> Outcome:
    """Dial's outcome; a declined call counts as busy, whatever Dial makes of it."""
    if dial_status == "ANSWER":
        return "answered"
    if dial_status == "BUSY" or cause in (str(BUSY), str(DECLINED)):
        return "busy"
    return "no_answer" if dial_status in ("NOANSWER", "CANCEL") else "unreachable"


def _feature(plan: NumberPlan, seat: str, dialled: str) -> Decision:
    found = find(plan.features, dialled)
    if found is None and dialled[:1] == "*" and dialled[1:] in plan.mailboxes:
        return Decision("voicemail", dialled[1:], (f"{dialled} leads to mailbox {dialled[1:]}",))
    if found is None:
        return _refuse((f"{dialled} is no feature code",), "unknown_number")
    if not seat:
        return _refuse(("feature codes are for the house's own phones",), "unknown_number")
    reason = f"{dialled} is the feature code of {found.name}"
    return Decision("feature", found.name, (reason,), argument=found.argument)


def _ring(house: House, place: Place) -> Decision:
    number, plan = place.number, house.plan
    if number in plan.seats:
        return _dial(plan.seats[number], place, (f"{number} is seat {plan.seats[number]}",))
    if house.seated is None:
        unknown = (f"{number} is an agent", "where agents sit can't be found out now")
        return _missed(house, place, unknown, "unreachable")
    seat = house.seated.get(number)
    if seat is None:
        return _missed(house, place, (f"agent {number} is not logged in",), "unreachable")
    return _dial(seat, place, (f"agent {number} sits at {seat}",))


def _dial(endpoint: str, place: Place, reasons: tuple[str, ...]) -> Decision:
    return Decision("dial", f"PJSIP/{endpoint}", reasons, place, seconds=RING_SECONDS)


def _missed(house: House, place: Place, reasons: tuple[str, ...], outcome: Outcome) -> Decision:
    """The number's own mailbox takes a message, else the caller is told."""
    if place.number in house.plan.mailboxes:
        return Decision("voicemail", place.number, (*reasons, f"mailbox {place.number} takes a message"))
    return _refuse(reasons, outcome)


def _refuse(reasons: tuple[str, ...], why: str) -> Decision:
    words, cause = _REFUSALS[why]
    return Decision("refuse", "", reasons, words=(words,), cause=cause)


_SAID = {"busy": "busy", "no_answer": "no answer", "unreachable": "its phone can't be reached"}
_REFUSALS = {
    "unknown_number": ("house-unknown-number", UNKNOWN_NUMBER),
    "busy": ("house-busy", BUSY),
    "no_answer": ("house-no-answer", NO_ANSWER),
    "unreachable": ("house-unreachable", UNREACHABLE),
}
