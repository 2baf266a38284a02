"""Who is in a call now: a pure function of the channels that are up, as Asterisk's snapshot lists them.

A queue's agent sits in a bridge of their own, with half of a Local pair whose other half sits with the caller
(``callcenter/journey/talk.py`` counts the seconds by the same rule); so people are found over bridges and wires.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from callcenter.errors import HotlineError, NotFound
from callcenter.journey.legs import TELEPHONES

RINGING = ("Ring", "Ringing")
UP = "Up"


@dataclass(frozen=True, slots=True)
class Channel:
    """One channel; ``bridge`` is empty outside of any, ``state`` Asterisk's word (Up, Ringing, …)."""

    name: str
    uniqueid: str
    linkedid: str
    bridge: str
    state: str

    @property
    def endpoint(self) -> str:
        """``seat8001`` of ``PJSIP/seat8001-0000001f``; empty for a wire."""
        kind, _, rest = self.name.partition("/")
        return rest.rpartition("-")[0].split("/")[0] if kind in TELEPHONES else ""

    @property
    def wire(self) -> str:
        """What both halves of a Local pair have in common; empty for other channels."""
        return self.name[:-2] if self.name.startswith("Local/") else ""


@dataclass(frozen=True, slots=True)
class Conversation:
    """One call now: who began it, the phones joined with them, those that ring, and those that talk apart."""

    call_id: str
    caller: Channel
    joined: tuple[Channel, ...]
    ringing: tuple[Channel, ...]
    apart: tuple[Channel, ...] = ()

    def colleague(self, seats: Collection[str]) -> Channel:
        """The phone of the house that talks: of several, the one that was there first; the caller's own last."""
        inside = [channel for channel in (*self.joined, self.caller) if channel.endpoint in seats]
        if not inside or not self.joined:
            raise HotlineError(f"nobody of the house is talking in call {self.call_id}")
        return inside[0]

    def party(self, seats: Collection[str]) -> Channel:
        """Whom the colleague talks with: the caller, or who was called."""
        ours = self.colleague(seats)
        return self.caller if ours is not self.caller else self.joined[0]

    def consulting(self, seats: Collection[str]) -> Channel:
        """The phone of the house that has left the caller to music and speaks with somebody else."""
        found = [channel for channel in self.apart if channel.endpoint in seats]
        if not found:
            raise HotlineError(f"nobody consults about call {self.call_id}")
        return found[0]

    def rings(self, seats: Collection[str]) -> Channel:
        """The phone of the house that rings for the caller."""
        found = [channel for channel in self.ringing if channel.endpoint in seats]
        if not found:
            raise HotlineError(f"no phone of the house rings for call {self.call_id}")
        return found[0]


def conversation(channels: Iterable[Channel], call_id: str) -> Conversation:
    """The call now. Raises NotFound when none of its phones is up."""
    legs = [channel for channel in channels if channel.linkedid == call_id]
    phones = sorted(
        (leg for leg in legs if leg.endpoint), key=lambda leg: (leg.uniqueid != call_id, leg.uniqueid)
    )
    if not phones:
        raise NotFound(f"call {call_id} is not up; see hotline calls list")
    caller, *others = phones
    near = _reached(legs, caller)
    return Conversation(
        call_id,
        caller,
        tuple(leg for leg in others if leg.name in near),
        tuple(leg for leg in others if leg.state in RINGING),
        tuple(leg for leg in others if leg.state == UP and leg.bridge and leg.name not in near),
    )


def call_at(channels: Iterable[Channel], endpoint: str) -> str:
    """The id of the call that this phone talks in or rings for. Raises NotFound."""
    found = sorted((leg for leg in channels if leg.endpoint == endpoint), key=lambda leg: not leg.bridge)
    if not found:
        raise NotFound(f"there is no call at {endpoint}")
    return found[0].linkedid


def _reached(legs: list[Channel], caller: Channel) -> set[str]:
    """Names of the channels that hear the caller, over bridges and wires."""
    reached, todo = {caller.name}, [caller]
    while todo:
        here = _places(todo.pop())
        new = [leg for leg in legs if leg.name not in reached and here & _places(leg)]
        reached |= {leg.name for leg in new}
        todo += new
    return reached


def _places(channel: Channel) -> set[str]:
    if not channel.bridge:
        return set()
    return {place for place in (channel.bridge, channel.wire) if place}
