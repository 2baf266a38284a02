"""Who waits and who serves, now: manager events and snapshots → the same as ``QueueStatus`` would say.

Asterisk tells every change but two: a caller's priority changed by an action, and the calls a member has taken.
The first needs a new snapshot, the second is counted here. A snapshot is older than the events that came while
it was asked for, so these are played again on top of it; each rule below holds when an event comes twice.
"""

from __future__ import annotations

import datetime as dt
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

Message = Mapping[str, str]


@dataclass(slots=True)
class Caller:
    """One who waits; ``number`` is empty when it is hidden, ``language`` when the joining was not seen.

    ``since`` is exact if the joining was seen, else right to the second.
    """

    channel: str
    uniqueid: str
    number: str
    priority: int
    since: dt.datetime
    language: str = ""

    def waited(self, now: dt.datetime) -> int:
        """Whole seconds, counted as Asterisk counts them."""
        return int(now.timestamp()) - int(self.since.timestamp())


@dataclass(slots=True)
class Member:
    """One agent in one queue. ``status`` is the number of a device state; 0 for ``last_call``: none yet."""

    name: str
    interface: str
    status: str
    penalty: int
    paused: bool
    paused_reason: str
    in_call: bool
    calls_taken: int
    last_call: int

    @property
    def is_free(self) -> bool:
        """May be rung now."""
        return self.status == "1" and not self.paused


@dataclass(slots=True)
class LiveQueue:
    """One queue: callers in order of their places, members by interface."""

    callers: list[Caller] = field(default_factory=list)
    members: dict[str, Member] = field(default_factory=dict)


class LiveQueues:
    """All queues of one Asterisk. ``doubt``: an event did not fit what was known, so a snapshot is due."""

    def __init__(self) -> None:
        self.queues: dict[str, LiveQueue] = {}
        self.doubt = False
        self.left: OrderedDict[str, Caller] = OrderedDict()
        """Who left lately, by channel."""
        self.talking_since: dict[str, int] = {}
        """Interface: the second in which the call began whose end is to come."""
        self._since_asked: list[Message] | None = None

    def hear(self, message: Message) -> None:
        """Take in one manager event."""
        change = CHANGES.get(message.get("Event", ""))
        if change is None:
            return
        if self._since_asked is not None:
            self._since_asked.append(message)
        change(self, message)

    def ask(self) -> None:
        """A snapshot is being asked for: call this before the question is sent."""
        self._since_asked = []

    def replace(self, rows: Iterable[Message], now: dt.datetime) -> bool:
        """The snapshot has come: the rows of QueueStatus. False if it tells other than what was known."""
        before, since = _facts(self.queues), self._since_asked or []
        seen = {one.uniqueid: one for queue in self.queues.values() for one in queue.callers}
        self.queues, self._since_asked = {}, None
        for row in rows:
            ROWS.get(row.get("Event", ""), _nothing)(self, row)
        for queue in self.queues.values():
            for caller in queue.callers:
                known = seen.get(caller.uniqueid)
                caller.since = known.since if known else now - (caller.since - EPOCH)
                caller.language = known.language if known else ""
        for message in since:
            self.hear(message)
        self.doubt = False
        return before == _facts(self.queues)

    def queue(self, name: str) -> LiveQueue:
        """The queue; one that was not known is empty."""
        return self.queues.setdefault(name, LiveQueue())


REMEMBERED = 1000
EPOCH = dt.datetime.fromtimestamp(0, dt.UTC)


def _facts(queues: Mapping[str, LiveQueue]) -> object:
    """What can be compared: not the moments that a snapshot knows only to the second."""
    return {
        name: (
            [(one.uniqueid, one.priority) for one in queue.callers],
            {key: (m.status, m.penalty, m.paused, m.paused_reason) for key, m in queue.members.items()},
        )
        for name, queue in queues.items()
    }


def _nothing(state: LiveQueues, m: Message) -> None:
    """A row that does not matter here."""


# ── the rows of a snapshot ───────────────────────────────────────────────────


def _params(state: LiveQueues, m: Message) -> None:
    state.queue(m["Queue"])


def _member_row(state: LiveQueues, m: Message) -> None:
    state.queue(m["Queue"]).members[m["Location"]] = _member(m, m["Name"], m["Location"])


def _entry(state: LiveQueues, m: Message) -> None:
    waited = EPOCH + dt.timedelta(seconds=int(m["Wait"]))
    caller = Caller(m["Channel"], m["Uniqueid"], _number(m), int(m["Priority"]), waited)
    state.queue(m["Queue"]).callers.append(caller)


ROWS: dict[str, Callable[[LiveQueues, Message], None]] = {
    "QueueParams": _params,
    "QueueMember": _member_row,
    "QueueEntry": _entry,
}


# ── events ───────────────────────────────────────────────────────────────────


def _joined(state: LiveQueues, m: Message) -> None:
    callers = state.queue(m["Queue"]).callers
    if any(one.uniqueid == m["Uniqueid"] for one in callers):
        return
    place = int(m["Position"]) - 1
    priority = _priority(m)
    caller = Caller(m["Channel"], m["Uniqueid"], _number(m), priority, _moment(m), m.get("Language", ""))
    callers.insert(place, caller)
    state.doubt |= place > len(callers) - 1 or int(m["Count"]) != len(callers)


def _left(state: LiveQueues, m: Message) -> None:
    callers = state.queue(m["Queue"]).callers
    for one in [one for one in callers if one.uniqueid == m["Uniqueid"]]:
        callers.remove(one)
        state.left[one.uniqueid] = one
    while len(state.left) > REMEMBERED:
        state.left.popitem(last=False)
    state.doubt |= int(m["Count"]) != len(callers)


def _member_added(state: LiveQueues, m: Message) -> None:
    state.queue(m["Queue"]).members[m["Interface"]] = _member(m, m["MemberName"], m["Interface"])


def _member_changed(state: LiveQueues, m: Message) -> None:
    """What was made before a removal or a call's end may be sent behind it."""
    known = state.queue(m["Queue"]).members.get(m["Interface"])
    if known is None:
        return
    _member_added(state, m)
    new = state.queue(m["Queue"]).members[m["Interface"]]
    if known.last_call > new.last_call:
        new.calls_taken, new.last_call, new.in_call = known.calls_taken, known.last_call, known.in_call


def _member_removed(state: LiveQueues, m: Message) -> None:
    state.queue(m["Queue"]).members.pop(m["Interface"], None)


def _connected(state: LiveQueues, m: Message) -> None:
    member = state.queue(m["Queue"]).members.get(m["Interface"])
    state.talking_since[m["Interface"]] = _second(m)
    if member is not None:
        member.in_call = True


def _completed(state: LiveQueues, m: Message) -> None:
    """With shared_lastcall a call counts in all the member's queues; a state sent before may count it already."""
    at = _second(m)
    began = state.talking_since.pop(m["Interface"], at - 2)
    for queue in state.queues.values():
        member = queue.members.get(m["Interface"])
        if member is not None:
            member.calls_taken += member.last_call <= began
            member.last_call, member.in_call = max(at, member.last_call), False


CHANGES: dict[str, Callable[[LiveQueues, Message], None]] = {
    "QueueCallerJoin": _joined,
    "QueueCallerLeave": _left,
    "QueueMemberAdded": _member_added,
    "QueueMemberStatus": _member_changed,
    "QueueMemberPause": _member_changed,
    "QueueMemberPenalty": _member_changed,
    "QueueMemberRemoved": _member_removed,
    "AgentConnect": _connected,
    "AgentComplete": _completed,
}


def _member(m: Message, name: str, interface: str) -> Member:
    return Member(
        name=name,
        interface=interface,
        status=m["Status"],
        penalty=int(m["Penalty"]),
        paused=m["Paused"] == "1",
        paused_reason=m.get("PausedReason", ""),
        in_call=m.get("InCall") == "1",
        calls_taken=int(m["CallsTaken"]),
        last_call=int(m["LastCall"]),
    )


def _priority(m: Message) -> int:
    """manager.conf has Asterisk add QUEUE_PRIO to the events of a channel."""
    name, _, value = m.get("ChanVariable", "").partition("=")
    return int(value) if name == "QUEUE_PRIO" and value.isdecimal() else 0


def _number(m: Message) -> str:
    """Events write a hidden number so, the snapshot without the brackets."""
    return "" if m["CallerIDNum"] in ("<unknown>", "unknown") else m["CallerIDNum"]


def _second(m: Message) -> int:
    return int(float(m["Timestamp"]))


def _moment(m: Message) -> dt.datetime:
    return dt.datetime.fromtimestamp(float(m["Timestamp"]), dt.UTC)
