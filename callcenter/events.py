"""What happens to a call, in the domain's own words, whoever saw it.

``ami/translate.py`` makes these of manager events, ``ami/ledger.py`` of the ledger's lines; the journey
(``callcenter/journey/``) is a function of a set of them. Every event is a value: seen twice, it is equal.

``at`` is aware UTC (queue_log knows whole seconds only). ``uniqueid`` names the channel it happened to.
``linkedid`` is None where the source doesn't tell it.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

Source = Literal["cel", "queue_log", "ami", "snapshot"]
QueueExitReason = Literal["timeout", "key", "full", "nobody", "abandoned"]


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to one channel."""

    at: dt.datetime
    source: Source
    uniqueid: str
    linkedid: str | None

    def names(self) -> tuple[str | None, ...]:
        """Everything that ties this event to its call: channels, linkedids, bridges; None tells nothing."""
        return (self.uniqueid, self.linkedid)


@dataclass(frozen=True, slots=True)
class LegStarted(Event):
    """A channel came to life; ``exten`` is what it dialled, if it did."""

    channel: str
    caller: str | None
    exten: str | None
    context: str | None


@dataclass(frozen=True, slots=True)
class LegAnswered(Event):
    """The channel is up."""


@dataclass(frozen=True, slots=True)
class LegEnded(Event):
    """The channel is gone. ``by`` is Asterisk's hang-up source: a channel's name, ``dialplan/…``, or None."""

    cause: int | None
    by: str | None


@dataclass(frozen=True, slots=True)
class BridgeEntered(Event):
    """The channel shares ``bridge`` from now on. Holding bridges (parking) join nobody and are left out."""

    bridge: str

    def names(self) -> tuple[str | None, ...]:
        """The bridge ties too."""
        return (self.uniqueid, self.linkedid, self.bridge)


@dataclass(frozen=True, slots=True)
class BridgeLeft(BridgeEntered):
    """The channel shares ``bridge`` no more."""


@dataclass(frozen=True, slots=True)
class Held(Event):
    """This phone put the other side on hold. Only the manager tells."""


@dataclass(frozen=True, slots=True)
class Unheld(Event):
    """And took it back. Also sent at every transfer without a hold before it."""


@dataclass(frozen=True, slots=True)
class QueueBegun(Event):
    """The channel runs Queue(), to the microsecond; which queue, only QueueJoined or QueueExited tell."""


@dataclass(frozen=True, slots=True)
class QueueDone(Event):
    """Queue() has returned."""


@dataclass(frozen=True, slots=True)
class QueueEvent(Event):
    """Something in a queue to the caller's channel ``uniqueid``."""

    queue: str


@dataclass(frozen=True, slots=True)
class QueueJoined(QueueEvent):
    """Waits now, at ``position`` from 1."""

    position: int | None


@dataclass(frozen=True, slots=True)
class QueueLeft(QueueEvent):
    """Waits no more, for whatever reason (manager only)."""


@dataclass(frozen=True, slots=True)
class QueueExited(QueueEvent):
    """Left unanswered."""

    reason: QueueExitReason
    key: str | None = None


@dataclass(frozen=True, slots=True)
class QueueRefused(QueueExited):
    """Was not let in: full, nobody. To the microsecond, as far as the line knows it: two in a second are two."""


@dataclass(frozen=True, slots=True)
class AgentRung(QueueEvent):
    """An agent's phone rings; ``agent_leg`` is the channel the queue dialled (the Local pair's ;1)."""

    agent: str
    agent_leg: str | None

    def names(self) -> tuple[str | None, ...]:
        """The agent's channel ties too."""
        return (self.uniqueid, self.linkedid, self.agent_leg)


@dataclass(frozen=True, slots=True)
class AgentMissed(QueueEvent):
    """The agent let it ring."""

    agent: str


@dataclass(frozen=True, slots=True)
class AgentAnswered(AgentRung):
    """The agent took the call. Who really talked, the bridges tell (somebody may have picked it up)."""


@dataclass(frozen=True, slots=True)
class Transferred(Event):
    """``uniqueid`` passed ``transferee`` on; an attended one by way of its second leg, to ``target``."""

    kind: Literal["blind", "attended"]
    transferee: str | None
    second: str | None = None
    target: str | None = None

    def names(self) -> tuple[str | None, ...]:
        """All its channels are one call."""
        return (self.uniqueid, self.linkedid, self.transferee, self.second, self.target)


@dataclass(frozen=True, slots=True)
class CameToCall(Event):
    """Hotline has brought the channel to ``call``: to join it, to hear it, or in vain (the ledger tells)."""

    call: str

    def names(self) -> tuple[str | None, ...]:
        """That call's id ties."""
        return (self.uniqueid, self.linkedid, self.call)


@dataclass(frozen=True, slots=True)
class Consulted(Event):
    """A seat that has another call in hand dials (the ledger tells)."""


@dataclass(frozen=True, slots=True)
class LineTold(Event):
    """An analog line tells who calls, and a telephone what it dials, in the channel's time (the ledger tells)."""

    caller: str | None
    exten: str | None


@dataclass(frozen=True, slots=True)
class CallVanished(Event):
    """Asterisk went away with the call: every leg still up ended at ``at``."""

    reason: Literal["pbx_restart"] = "pbx_restart"
