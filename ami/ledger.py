"""The ledger's lines → the domain's events: rows of the CEL file and lines of queue_log.

Both take one whole line as ``ami/tail.py`` gives it and give None for a line that tells nothing, was torn
or isn't what it should be: whatever a caller put into his name, reading goes on.
"""

from __future__ import annotations

import csv
import datetime as dt
import json
import re
from collections.abc import Callable
from typing import Any

from ami.protocol import decode
from callcenter.events import (
    AgentAnswered,
    AgentMissed,
    BridgeEntered,
    BridgeLeft,
    CameToCall,
    Consulted,
    Event,
    LegAnswered,
    LegEnded,
    LegStarted,
    LineTold,
    QueueBegun,
    QueueDone,
    QueueExited,
    QueueExitReason,
    QueueJoined,
    QueueRefused,
    Source,
    Transferred,
)
from callcenter.ledger_format import CEL_COLUMNS

Row = dict[str, str]
Who = tuple[dt.datetime, Source, str, str | None]
HOLDING = "holding_bridge"
CONFERENCE = "ConfBridge"
QUEUE = "Queue"
JOIN = "HL_JOIN"
"""The dialplan's word for a channel that Hotline brought to a call; ``extra`` is the call's id."""
CONSULT = "HL_CONSULT"
"""Its word for a seat that has another call in hand and dials."""
LINE = "HL_LINE"
"""Its word for what an analog line has told; ``extra`` is who calls, a slash, and what was dialled: the line's own
number, or a telephone's keys."""
NOBODY = "N/A"
"""Asterisk's word for a channel that a transfer has not."""
ANALOG = re.compile(r"DAHDI/[0-9]+-")
"""The channel of an analog line, as ``DAHDI/63-1``; an E1's is ``DAHDI/i1/4001-2``."""
REFUSED: dict[str, QueueExitReason] = {"FULL": "full", "JOINEMPTY": "nobody", "JOINUNAVAIL": "nobody"}
"""QUEUESTATUS of a caller who was not let in; the dialplan writes it, Asterisk writes nothing then."""
NEAR = dt.timedelta(seconds=1)
"""The dialplan reads the clock just before Asterisk does; what lies further apart was torn."""


def parse_cel(line: bytes) -> Event | None:
    """One row of the CEL file (``callcenter/ledger_format.py``)."""
    if not line.endswith(b'"'):
        return None
    try:
        values = next(csv.reader([decode(line)], strict=True))
        row = dict(zip(CEL_COLUMNS, values, strict=True))
        make = CEL.get(row["eventtype"])
        return make(row) if make else None
    except (csv.Error, KeyError, ValueError, OverflowError, AttributeError, StopIteration):
        return None


def _who(row: Row) -> Who:
    at = dt.datetime.fromtimestamp(float(row["eventtime"]), dt.UTC)
    return (at, "cel", row["uniqueid"], row["linkedid"] or None)


def _started(row: Row) -> Event:
    exten = row["exten"] if row["exten"] != "s" else ""
    return LegStarted(
        *_who(row), row["channel"], row["caller"] or None, exten or None, row["context"] or None
    )


def _answered(row: Row) -> Event:
    return LegAnswered(*_who(row))


def _ended(row: Row) -> Event:
    """HANGUP, written together with CHAN_END, tells cause and source; nobody is the source of a line's busy tone."""
    extra = _extra(row)
    source = extra.get("hangupsource") or (row["channel"] if ANALOG.match(row["channel"]) else None)
    return LegEnded(*_who(row), int(extra["hangupcause"]), source)


def _entered(row: Row) -> Event | None:
    bridge = _bridge(row)
    return None if bridge is None else BridgeEntered(*_who(row), bridge)


def _left(row: Row) -> Event | None:
    bridge = _bridge(row)
    return None if bridge is None else BridgeLeft(*_who(row), bridge)


def _bridge(row: Row) -> str | None:
    """None for those that strangers share: parking's and a conference's."""
    extra = _extra(row)
    if extra.get("bridge_technology") == HOLDING or row["application"] == CONFERENCE:
        return None
    bridge: str = extra["bridge_id"]
    return bridge


def _queue_begun(row: Row) -> Event | None:
    return QueueBegun(*_who(row)) if row["application"] == QUEUE else None


def _queue_done(row: Row) -> Event | None:
    return QueueDone(*_who(row)) if row["application"] == QUEUE else None


def _blind(row: Row) -> Event:
    return Transferred(*_who(row), "blind", _named(_extra(row), "transferee_channel_uniqueid"))


def _attended(row: Row) -> Event:
    extra = _extra(row)
    others = ("transferee_channel_uniqueid", "channel2_uniqueid", "transfer_target_channel_uniqueid")
    return Transferred(*_who(row), "attended", *(_named(extra, name) for name in others))


def _named(extra: dict[str, Any], channel: str) -> str | None:
    """Who is nobody ties no calls."""
    found = extra.get(channel)
    return None if found == NOBODY else found


def _told(row: Row) -> Event | None:
    """What the dialplan wrote down itself."""
    if row["user_event"] == CONSULT:
        return Consulted(*_who(row))
    if row["user_event"] == LINE:
        caller, _, exten = _extra(row)["extra"].partition("/")
        return LineTold(*_who(row), caller or None, exten or None)
    return CameToCall(*_who(row), _extra(row)["extra"]) if row["user_event"] == JOIN else None


CEL: dict[str, Callable[[Row], Event | None]] = {
    "CHAN_START": _started,
    "ANSWER": _answered,
    "HANGUP": _ended,
    "BRIDGE_ENTER": _entered,
    "BRIDGE_EXIT": _left,
    "APP_START": _queue_begun,
    "APP_END": _queue_done,
    "BLINDTRANSFER": _blind,
    "ATTENDEDTRANSFER": _attended,
    "USER_DEFINED": _told,
}


def _extra(row: Row) -> dict[str, Any]:
    extra = json.loads(row["extra"])
    return extra if isinstance(extra, dict) else {}


def parse_queue_log(line: bytes) -> Event | None:
    """One line of queue_log: ``seconds|uniqueid|queue|agent|EVENT|…``; moments are whole seconds."""
    try:
        seconds, uniqueid, queue, agent, kind, *data = decode(line).split("|")
        at = dt.datetime.fromtimestamp(int(seconds), dt.UTC)
        make = QUEUE_LOG.get(kind)
        return make((at, "queue_log", uniqueid, None), queue, agent, data) if make else None
    except (KeyError, ValueError, OverflowError, IndexError):
        return None


def _joined(who: Who, queue: str, agent: str, data: list[str]) -> Event:
    return QueueJoined(*who, queue, int(data[2]))


def _connected(who: Who, queue: str, agent: str, data: list[str]) -> Event:
    return AgentAnswered(*who, queue, agent, data[1] or None)


def _missed(who: Who, queue: str, agent: str, data: list[str]) -> Event:
    return AgentMissed(*who, queue, agent)


def _refused(who: Who, queue: str, agent: str, data: list[str]) -> Event:
    """The dialplan adds the moment: seconds since 1970, with six digits behind the point."""
    at, source, uniqueid, linkedid = who
    if len(data) > 1:
        exact = dt.datetime.fromtimestamp(float(data[1]), dt.UTC)
        at = exact if abs(exact - at) <= NEAR else at
    return QueueRefused(at, source, uniqueid, linkedid, queue, REFUSED[data[0]])


def _exit(reason: QueueExitReason) -> Callable[[Who, str, str, list[str]], Event]:
    return lambda who, queue, agent, data: QueueExited(*who, queue, reason)


def _key(who: Who, queue: str, agent: str, data: list[str]) -> Event:
    return QueueExited(*who, queue, "key", data[0])


QUEUE_LOG: dict[str, Callable[[Who, str, str, list[str]], Event]] = {
    "ENTERQUEUE": _joined,
    "CONNECT": _connected,
    "RINGNOANSWER": _missed,
    "ABANDON": _exit("abandoned"),
    "WITHDRAW": _exit("abandoned"),
    "EXITWITHTIMEOUT": _exit("timeout"),
    "EXITEMPTY": _exit("nobody"),
    "EXITWITHKEY": _key,
    "REFUSED": _refused,
}
