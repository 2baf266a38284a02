"""The manager events Hotline listens to: Asterisk sends it no others, and its reader decodes no others.

A call makes about 106 events; these kinds are some 15 % of them. The items of a list and the answers to
actions are not events in this sense: they always come.
"""

from __future__ import annotations

WISH_EVENT = "HotlineWish"
"""The UserEvent by which a call asks something of the listener (``ami/wishes.py``)."""

LISTENED = (
    # the system
    "FullyBooted",
    "Shutdown",
    "Reload",
    # channels
    "Newchannel",
    "Newstate",
    "NewCallerid",
    "Hangup",
    "DialBegin",
    "DialEnd",
    "OriginateResponse",
    "LocalBridge",
    "Hold",
    "Unhold",
    "Pickup",
    # bridges and transfers
    "BridgeEnter",
    "BridgeLeave",
    "BridgeMerge",
    "BlindTransfer",
    "AttendedTransfer",
    # queues and agents
    "QueueCallerJoin",
    "QueueCallerLeave",
    "QueueCallerAbandon",
    "QueueMemberAdded",
    "QueueMemberRemoved",
    "QueueMemberPause",
    "QueueMemberPenalty",
    "QueueMemberStatus",
    "AgentCalled",
    "AgentConnect",
    "AgentComplete",
    "AgentDump",
    "AgentRingNoAnswer",
    # recording, supervision, presence
    "MixMonitorStart",
    "MixMonitorStop",
    "MixMonitorMute",
    "ChanSpyStart",
    "ChanSpyStop",
    "ContactStatus",
    "DeviceStateChange",
    "Registry",
    "UserEvent",
    # conferences
    "ConfbridgeStart",
    "ConfbridgeJoin",
    "ConfbridgeLeave",
    "ConfbridgeEnd",
    # boards
    "Alarm",
    "AlarmClear",
    "SpanAlarm",
    "SpanAlarmClear",
)
