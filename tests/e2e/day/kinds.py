"""The kinds of calls a mixed day is made of. Each says what the caller does; where that leads is nobody's word here.

What the simulator is told is in the same hands: the keys pressed, and what an action comes to because of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from lab.scenario import Key
from tests.e2e import site_day
from tests.e2e.site_day_hands import Line

Consent = Literal["", "agreed", "refused", "told"]
Trunk = Literal["e1", "analog", "seat"]
PATIENCE_SECONDS = 120.0
"""How long a caller goes on."""
AGAIN_MS = 1500
"""Between two keys of somebody who presses one again and again: less than anybody waits for a key."""


def again(digit: str, first_ms: int = AGAIN_MS) -> tuple[Key, ...]:
    """Pressed again and again as long as the call may last: it is heard whenever somebody asks."""
    times = round(1000 * PATIENCE_SECONDS / AGAIN_MS)
    return tuple(Key(digit, AGAIN_MS if place else first_ms) for place in range(times))


AGAIN = again("2")
"""An answer to the survey."""


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One kind of call. ``place`` makes its callers' numbers.

    ``keys`` are pressed, ``presses`` is how the simulator reads them. ``outcomes`` are what the actions of the
    call come to, each way of them one that is right, where that depends on who is free. ``hangs_up`` so many
    seconds after the answer; None: the far end does.
    """

    name: str
    place: int
    weight: int
    dials: str
    trunk: Trunk = "e1"
    keys: Sequence[Key] = ()
    hangs_up: float | None = None
    refused_with: int | None = None
    presses: str = ""
    outcomes: Sequence[tuple[str, ...]] = ((),)
    asks_for: Literal["", "manager", "last_agent"] = ""
    passed_on_to: str = ""
    """Where the agent sends the caller."""
    scored: bool = False
    """Whether the caller answers the survey."""
    consent: Consent = ""
    """What is kept of the caller's word on the recording."""
    way: str = ""
    """What its agent does with the call in hand, by ``tests.e2e.day.ways``."""

    @property
    def callers(self) -> str:
        """What the numbers of its callers begin with."""
        return f"139{self.place:02}"


def _in_hand(name: str, place: int, weight: int, way: str) -> Kind:
    return Kind(
        name=name, place=place, weight=weight, dials=Line(way).number, keys=AGAIN, scored=True, way=way
    )


def _asked(name: str, place: int, weight: int, dials: str, consent: Consent, key: str = "2") -> Kind:
    return Kind(
        name=name, place=place, weight=weight, dials=dials, keys=again(key), scored=True, consent=consent
    )


ASKED_FIRST = (("done",), ("timeout", "done"))
"""An agent is asked first, and then the queue."""
KINDS = (
    Kind(name="served and scored", place=1, weight=24, dials=site_day.CARE, keys=AGAIN, scored=True),
    Kind(name="served, not scored", place=2, weight=8, dials=site_day.CARE),
    Kind(name="caller leaves the agent", place=3, weight=6, dials=site_day.CARE, hangs_up=2.8),
    Kind(
        name="by key",
        place=4,
        weight=10,
        dials=site_day.MENU,
        keys=again("1"),
        presses="1",
        scored=True,
    ),
    Kind(
        name="wrong keys to the operator",
        place=5,
        weight=4,
        dials=site_day.MENU,
        keys=AGAIN,
        presses="2,2,2",
        scored=True,
    ),
    Kind(name="silence to the operator", place=6, weight=2, dials=site_day.MENU),
    Kind(name="VIP past the menu", place=7, weight=5, dials=site_day.MENU, keys=AGAIN, scored=True),
    Kind(
        name="VIP to the manager",
        place=8,
        weight=3,
        dials=site_day.MENU,
        keys=AGAIN,
        outcomes=ASKED_FIRST,
        asks_for="manager",
        scored=True,
    ),
    Kind(
        name="last agent",
        place=9,
        weight=7,
        dials=site_day.AGAIN,
        keys=AGAIN,
        outcomes=ASKED_FIRST,
        asks_for="last_agent",
        scored=True,
    ),
    Kind(
        name="English, by the gateway",
        place=10,
        weight=4,
        dials=site_day.ENGLISH,
        trunk="analog",
        keys=AGAIN,
        scored=True,
    ),
    Kind(
        name="nobody there, overflow",
        place=11,
        weight=4,
        dials=site_day.EMPTY,
        keys=AGAIN,
        outcomes=(("nobody", "done"),),
        scored=True,
    ),
    Kind(
        name="passed on to a queue",
        place=12,
        weight=3,
        dials=site_day.PASSED_ON,
        passed_on_to=site_day.CARE,
        keys=AGAIN,
        scored=True,
    ),
    Kind(
        name="leaves the queue by key",
        place=13,
        weight=4,
        dials=site_day.STUCK,
        keys=again("9", 2500),
        outcomes=(("key-9",),),
    ),
    Kind(name="gives up waiting", place=14, weight=5, dials=site_day.STUCK, hangs_up=3.5),
    Kind(name="waits too long", place=15, weight=2, dials=site_day.STUCK, outcomes=(("timeout",),)),
    Kind(name="closed, leaves a message", place=16, weight=5, dials=site_day.SHUT, hangs_up=6.5),
    Kind(name="black list", place=17, weight=4, dials=site_day.MENU, refused_with=486),
    Kind(name="to a mobile outside", place=18, weight=2, dials=site_day.OUTSIDE),
    Kind(name="conference", place=19, weight=2, dials=site_day.ROOM_LINE, hangs_up=7.0),
    Kind(name="seat to seat", place=20, weight=3, dials=site_day.CALLED, trunk="seat"),
    Kind(
        name="straight to the queue by a rule",
        place=22,
        weight=4,
        dials=site_day.MENU,
        keys=AGAIN,
        scored=True,
    ),
    Kind(name="seat to a seat that is forwarded", place=23, weight=2, dials=site_day.FORWARDED, trunk="seat"),
    Kind(name="seat to outside", place=21, weight=3, dials=site_day.PREFIX, trunk="seat"),
    _in_hand("handed to a colleague after a word", 24, 2, "attended"),
    _in_hand("handed to a colleague after a word, by command", 35, 2, "asked_by_command"),
    _in_hand("a colleague joins, the agent leaves", 25, 2, "three"),
    _in_hand("parked and taken by a colleague", 26, 2, "parked"),
    _in_hand("a supervisor listens, whispers, barges in", 27, 2, "supervised"),
    _in_hand("a supervisor takes it over", 28, 2, "taken_over"),
    _in_hand("a supervisor picks it up", 29, 2, "picked_up"),
    _in_hand("a supervisor takes the agent out", 30, 2, "put_out"),
    replace(
        _in_hand("keeps the place, is called back", 31, 2, "kept"),
        keys=again("3", 2500),
        outcomes=(("key-3",),),
    ),
    _asked("agrees to be recorded", 32, 2, site_day.ASK, "agreed", "1"),
    _asked("refuses to be recorded", 33, 2, site_day.ASK, "refused"),
    _asked("is told of the recording", 34, 2, site_day.TELL, "told"),
)
