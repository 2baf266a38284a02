"""Of one thing seen twice, the ledger's word is kept: so no cut of the manager's stream changes a record.

The manager interface is fast, the ledger complete. A channel whose end the ledger has told is told by the
ledger alone. Before that, a bridge seen by both within 250 ms is one, at the ledger's time; and of what
happens to a channel once (start, answer, transfer, end) the best source's word is kept.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from callcenter.events import (
    AgentAnswered,
    AgentMissed,
    AgentRung,
    BridgeEntered,
    BridgeLeft,
    CallVanished,
    CameToCall,
    Consulted,
    Event,
    Held,
    LegAnswered,
    LegEnded,
    LegStarted,
    LineTold,
    QueueBegun,
    QueueDone,
    QueueExited,
    QueueJoined,
    QueueLeft,
    QueueRefused,
    Transferred,
    Unheld,
)

SAME = dt.timedelta(milliseconds=250)
LEDGER = ("cel", "queue_log")
TRUST = {"cel": 0, "queue_log": 1, "ami": 2, "snapshot": 3}
ONCE = (LegStarted, LegAnswered, Transferred, LegEnded)
TOLD_BY_BOTH = (*ONCE, BridgeEntered)
IN_ORDER = {
    LegStarted: 0,
    LineTold: 1,
    CameToCall: 2,
    Consulted: 3,
    QueueBegun: 4,
    QueueJoined: 5,
    AgentRung: 6,
    AgentMissed: 7,
    AgentAnswered: 8,
    LegAnswered: 9,
    BridgeEntered: 10,
    BridgeLeft: 11,
    Held: 12,
    Unheld: 13,
    Transferred: 14,
    QueueExited: 15,
    QueueRefused: 16,
    QueueLeft: 17,
    QueueDone: 18,
    LegEnded: 19,
    CallVanished: 20,
}
"""Of what bears the same moment: beginnings before ends. Every event has its place here."""


def sift(events: Iterable[Event]) -> list[Event]:
    """The events that count, in order of time; the same list for the same set, whatever its order."""
    every = list(events)
    finished = {event.uniqueid for event in every if isinstance(event, LegEnded) and event.source == "cel"}
    in_doubt = [event for event in every if not _is_settled(event, finished)]
    return _without_twins(_once(sorted(in_doubt, key=_key)))


def _is_settled(event: Event, finished: set[str]) -> bool:
    by_manager = event.source not in LEDGER
    return by_manager and event.uniqueid in finished and isinstance(event, TOLD_BY_BOTH)


def _once(events: list[Event]) -> list[Event]:
    best: dict[tuple[type[Event], str], Event] = {}
    for event in events:
        if isinstance(event, ONCE):
            key = (type(event), event.uniqueid)
            if key not in best or TRUST[event.source] < TRUST[best[key].source]:
                best[key] = event
    return [
        event for event in events if not isinstance(event, ONCE) or best[type(event), event.uniqueid] is event
    ]


def _without_twins(events: list[Event]) -> list[Event]:
    told: dict[tuple[type[Event], str, str], list[dt.datetime]] = {}
    for event in events:
        if isinstance(event, BridgeEntered) and event.source in LEDGER:
            told.setdefault((type(event), event.uniqueid, event.bridge), []).append(event.at)
    return [event for event in events if not _is_twin(event, told)]


def _is_twin(event: Event, told: dict[tuple[type[Event], str, str], list[dt.datetime]]) -> bool:
    if not isinstance(event, BridgeEntered) or event.source in LEDGER:
        return False
    times = told.get((type(event), event.uniqueid, event.bridge), ())
    return any(abs(event.at - at) <= SAME for at in times)


def _key(event: Event) -> tuple[dt.datetime, int, str, str, str]:
    where = getattr(event, "bridge", "") or getattr(event, "queue", "")
    return (event.at, IN_ORDER[type(event)], event.uniqueid, event.source, where)
