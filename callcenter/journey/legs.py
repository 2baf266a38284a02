"""The channels of a call: who each is, when it was where."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from callcenter.events import (
    BridgeEntered,
    BridgeLeft,
    CallVanished,
    Event,
    Held,
    LegAnswered,
    LegEnded,
    LegStarted,
    LineTold,
    Unheld,
)
from callcenter.journey.records import Span

TELEPHONES = ("PJSIP", "DAHDI", "IAX2", "SIP")
"""Channel technologies with a person behind them; all others (Local, Announcer, …) are wires of Asterisk's."""
CHANNELS = 2_000
"""So many channels' names are kept taken apart."""
AgentAt = Callable[[str, dt.datetime], str | None]
SKEW = dt.timedelta(milliseconds=250)


def nobody_known(seat: str, at: dt.datetime) -> str | None:
    """The default for ``Endpoints.agent_at``."""
    return None


@dataclass
class Endpoints:
    """The names of the house. ``agent_at`` tells who sat at a seat at a moment, if anybody."""

    trunks: set[str]
    seats: set[str]
    agent_at: AgentAt = nobody_known


@dataclass
class Leg:
    """A channel while its record is put together. ``stays`` are (bridge, from, to), ``holds`` while held;
    ``is_joined`` if it still is in a bridge."""

    uniqueid: str
    channel: str
    caller: str | None
    exten: str | None
    linkedid: str | None
    started_at: dt.datetime
    answered_at: dt.datetime | None = None
    ended_at: dt.datetime | None = None
    cause: int | None = None
    ended_by: str | None = None
    is_joined: bool = False
    stays: list[tuple[str, Span]] = field(default_factory=list)
    holds: list[Span] = field(default_factory=list)

    @property
    def is_phone(self) -> bool:
        """Whether a person may be behind it."""
        return _names(self.channel).is_phone

    @property
    def endpoint(self) -> str | None:
        """``seat8001`` of ``PJSIP/seat8001-0000001f``, ``i1`` of ``DAHDI/i1/4001-2``."""
        return _names(self.channel).endpoint

    @property
    def wire(self) -> str | None:
        """What both halves of a Local pair have in common; None for other channels."""
        return _names(self.channel).wire

    @property
    def agent_and_seat(self) -> tuple[str, str] | None:
        """Of the half that rings the phone: ("1001", "seat8001") of ``Local/1001*seat8001@…;2``."""
        return _names(self.channel).agent_and_seat


class _Names(NamedTuple):
    is_phone: bool
    endpoint: str | None
    wire: str | None
    agent_and_seat: tuple[str, str] | None


@lru_cache(CHANNELS)
def _names(channel: str) -> _Names:
    """What a channel's name tells; asked for at each record of its call."""
    technology = channel.split("/", 1)[0]
    if technology in TELEPHONES:
        endpoint = channel.split("/", 1)[1].rpartition("-")[0].split("/")[0]
        return _Names(True, endpoint or None, None, None)
    if technology != "Local":
        return _Names(False, None, None, None)
    agent, star, seat = channel.removeprefix("Local/").partition("@")[0].partition("*")
    rings = bool(star) and channel.endswith(";2")
    return _Names(False, None, channel[:-2] if channel[-2] == ";" else None, (agent, seat) if rings else None)


def build(events: list[Event]) -> dict[str, Leg]:
    """The legs by uniqueid, in order of their start. ``events`` are sifted and in order of time."""
    legs: dict[str, Leg] = {}
    for event in events:
        if isinstance(event, LegStarted):
            who = (event.uniqueid, event.channel, event.caller, event.exten, event.linkedid)
            legs[event.uniqueid] = Leg(*who, started_at=event.at)
    moves: dict[str, list[Event]] = {uniqueid: [] for uniqueid in legs}
    for event in events:
        if event.uniqueid in legs:
            _live(legs[event.uniqueid], event)
            moves[event.uniqueid].append(event)
    _vanish(legs, events)
    now = events[-1].at if events else None
    for uniqueid, leg in legs.items():
        _place(leg, moves[uniqueid], leg.ended_at or now or leg.started_at)
    return legs


def _live(leg: Leg, event: Event) -> None:
    if isinstance(event, LineTold):
        leg.caller, leg.exten = leg.caller or event.caller, leg.exten or event.exten
    elif isinstance(event, LegAnswered):
        leg.answered_at = event.at
    elif isinstance(event, LegEnded):
        leg.ended_at, leg.cause, leg.ended_by = event.at, event.cause, event.by


def _vanish(legs: dict[str, Leg], events: list[Event]) -> None:
    gone = next((event.at for event in events if isinstance(event, CallVanished)), None)
    for leg in legs.values():
        if gone and leg.ended_at is None:
            leg.ended_at = max(gone, leg.started_at)


def _place(leg: Leg, events: list[Event], end: dt.datetime) -> None:
    """Fill ``stays`` and ``holds``; what was begun and never ended lasts until ``end``."""
    inside: dict[str, dt.datetime] = {}
    held: dt.datetime | None = None
    for event in events:
        if isinstance(event, BridgeLeft):
            if event.bridge in inside:
                leg.stays.append((event.bridge, Span(inside.pop(event.bridge), event.at)))
        elif isinstance(event, BridgeEntered):
            inside.setdefault(event.bridge, event.at)
        elif isinstance(event, Held):
            held = held or event.at
        elif isinstance(event, Unheld) and held:
            leg.holds.append(Span(held, event.at))
            held = None
    leg.stays += [(bridge, Span(start, max(start, end))) for bridge, start in inside.items()]
    leg.is_joined = bool(inside) and leg.ended_at is None
    leg.holds += [Span(held, max(held, end))] if held else []


def caller_of(legs: dict[str, Leg]) -> Leg | None:
    """The leg the call began with: the first phone. None while only wires are known."""
    return next((leg for leg in legs.values() if leg.is_phone), None)


def cast(legs: dict[str, Leg], caller: Leg, endpoints: Endpoints) -> dict[str, tuple[str, str | None]]:
    """Kind (caller, agent, seat, outside or local) and agent of every leg, by uniqueid."""
    rung = _rung(legs)
    roles: dict[str, tuple[str, str | None]] = {}
    for uniqueid, leg in legs.items():
        agent = rung.get(uniqueid) or _at_the_same_seat(leg, legs, rung) or _who_sits_there(leg, endpoints)
        roles[uniqueid] = (_kind(leg, leg is caller, uniqueid in rung, endpoints), agent)
    return roles


def _rung(legs: dict[str, Leg]) -> dict[str, str]:
    """Phone leg → the agent it rang for: it is the first at the seat that the Local pair names."""
    found: dict[str, str] = {}
    for half in legs.values():
        if names := half.agent_and_seat:
            agent, seat = names
            phones = [leg for leg in legs.values() if leg.endpoint == seat and _begun_during(leg, half)]
            found |= {leg.uniqueid: agent for leg in phones[:1]}
    return found


def _at_the_same_seat(leg: Leg, legs: dict[str, Leg], rung: dict[str, str]) -> str | None:
    """A second call on an agent's phone (a consultation) is the same agent's."""
    first = (legs[uniqueid] for uniqueid in rung if legs[uniqueid].endpoint == leg.endpoint)
    return next((rung[other.uniqueid] for other in first if _begun_during(leg, other)), None)


def _who_sits_there(leg: Leg, endpoints: Endpoints) -> str | None:
    seat = leg.endpoint
    return endpoints.agent_at(seat, leg.started_at) if seat and seat in endpoints.seats else None


def _begun_during(leg: Leg, other: Leg) -> bool:
    if other.ended_at and leg.started_at > other.ended_at:
        return False
    return leg.started_at >= other.started_at - SKEW


def _kind(leg: Leg, is_caller: bool, was_rung: bool, endpoints: Endpoints) -> str:
    if is_caller:
        return "caller"
    if not leg.is_phone:
        return "local"
    if was_rung:
        return "agent"
    return "seat" if leg.endpoint in endpoints.seats else "outside"
