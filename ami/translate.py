"""Manager events → the domain's events. To listen to one more, write its function and enter it in ``EVENTS``.

Each function takes the message's headers and gives an event, or None for one that tells nothing. Moments
come from ``Timestamp`` (manager.conf: timestampevents=yes).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping

from callcenter.events import (
    AgentAnswered,
    AgentMissed,
    AgentRung,
    BridgeEntered,
    BridgeLeft,
    Event,
    Held,
    LegAnswered,
    LegEnded,
    LegStarted,
    QueueExited,
    QueueJoined,
    QueueLeft,
    Source,
    Transferred,
    Unheld,
)

Headers = Mapping[str, str]
Who = tuple[dt.datetime, Source, str, str | None]
UP = "6"
HOLDING = "holding_bridge"
CONFERENCE = "ConfBridge"
"""What makes a conference's bridge: it unites nobody's calls."""
NO_VALUE = ("", "<unknown>")


def translate(message: Headers) -> Event | None:
    """One manager event in the domain's words; None if it tells nothing, or lacks what it must tell."""
    make = EVENTS.get(message.get("Event", ""))
    try:
        return make(message) if make else None
    except (KeyError, ValueError, OverflowError):  # cut short, or not from Asterisk
        return None


def leg_started(m: Headers) -> Event:
    """Newchannel."""
    exten = _text(m, "Exten")
    caller = _text(m, "CallerIDNum")
    return LegStarted(*_who(m), m["Channel"], caller, None if exten == "s" else exten, _text(m, "Context"))


def leg_answered(m: Headers) -> Event | None:
    """Newstate; only Up tells."""
    return LegAnswered(*_who(m)) if m["ChannelState"] == UP else None


def leg_ended(m: Headers) -> Event:
    """Hangup; who began it, only the ledger knows."""
    return LegEnded(*_who(m), _number(m, "Cause"), None)


def bridge_entered(m: Headers) -> Event | None:
    """BridgeEnter, but for parking's bridge and a conference's, which strangers share."""
    return None if _is_shared(m) else BridgeEntered(*_who(m), m["BridgeUniqueid"])


def bridge_left(m: Headers) -> Event | None:
    """BridgeLeave."""
    return None if _is_shared(m) else BridgeLeft(*_who(m), m["BridgeUniqueid"])


def _is_shared(m: Headers) -> bool:
    return m.get("BridgeTechnology") == HOLDING or m.get("BridgeCreator") == CONFERENCE


def held(m: Headers) -> Event:
    """Hold."""
    return Held(*_who(m))


def unheld(m: Headers) -> Event:
    """Unhold."""
    return Unheld(*_who(m))


def queue_joined(m: Headers) -> Event:
    """QueueCallerJoin."""
    return QueueJoined(*_who(m), m["Queue"], _number(m, "Position"))


def queue_left(m: Headers) -> Event:
    """QueueCallerLeave: answered, given up, timed out or by key; it doesn't say which."""
    return QueueLeft(*_who(m), m["Queue"])


def queue_abandoned(m: Headers) -> Event:
    """QueueCallerAbandon."""
    return QueueExited(*_who(m), m["Queue"], "abandoned")


def agent_rung(m: Headers) -> Event:
    """AgentCalled."""
    return AgentRung(*_who(m), m["Queue"], m["MemberName"], _text(m, "DestUniqueid"))


def agent_missed(m: Headers) -> Event:
    """AgentRingNoAnswer."""
    return AgentMissed(*_who(m), m["Queue"], m["MemberName"])


def agent_answered(m: Headers) -> Event:
    """AgentConnect."""
    return AgentAnswered(*_who(m), m["Queue"], m["MemberName"], _text(m, "DestUniqueid"))


def blind_transfer(m: Headers) -> Event | None:
    """BlindTransfer."""
    if m["Result"] != "Success":
        return None
    return Transferred(*_who(m, "Transferer"), "blind", _text(m, "TransfereeUniqueid"))


def attended_transfer(m: Headers) -> Event | None:
    """AttendedTransfer; the target is unknown while it still rings."""
    if m["Result"] != "Success":
        return None
    others = ("TransfereeUniqueid", "SecondTransfererUniqueid", "TransferTargetUniqueid")
    transferee, second, target = (_text(m, name) for name in others)
    return Transferred(*_who(m, "OrigTransferer"), "attended", transferee, second, target)


EVENTS: dict[str, Callable[[Headers], Event | None]] = {
    "Newchannel": leg_started,
    "Newstate": leg_answered,
    "Hangup": leg_ended,
    "BridgeEnter": bridge_entered,
    "BridgeLeave": bridge_left,
    "Hold": held,
    "Unhold": unheld,
    "QueueCallerJoin": queue_joined,
    "QueueCallerLeave": queue_left,
    "QueueCallerAbandon": queue_abandoned,
    "AgentCalled": agent_rung,
    "AgentRingNoAnswer": agent_missed,
    "AgentConnect": agent_answered,
    "BlindTransfer": blind_transfer,
    "AttendedTransfer": attended_transfer,
}
WANTED = frozenset(EVENTS)
"""The names to let through the filter for the journey's sake."""


def _who(m: Headers, party: str = "") -> Who:
    """When, from where, which channel of which call."""
    at = dt.datetime.fromtimestamp(float(m["Timestamp"]), dt.UTC)
    return (at, "ami", m[f"{party}Uniqueid"], _text(m, f"{party}Linkedid"))


def _text(m: Headers, name: str) -> str | None:
    value = m.get(name, "")
    return None if value in NO_VALUE else value


def _number(m: Headers, name: str) -> int | None:
    value = m.get(name, "")
    return int(value) if value.isdecimal() else None
