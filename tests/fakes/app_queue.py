"""app_queue in small, for generated streams: lists of callers and members, the events it sends, and its QueueStatus.

Written from the rules of app_queue (a caller goes behind all of the same or a higher priority, members are
rung when free and not paused), and knowing nothing of ``callcenter/queues``.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Any

Message = dict[str, str]


@dataclass
class _Waiting:
    number: int
    prio: int
    start: float

    @property
    def names(self) -> Message:
        return {
            "Channel": f"PJSIP/e1-{self.number:08x}",
            "Uniqueid": f"pbx1-{self.number}",
            "CallerIDNum": f"139{self.number:08}",
        }


@dataclass
class _Agent:
    name: str
    penalty: int = 0
    status: str = "1"
    paused: bool = False
    reason: str = ""
    taken: int = 0
    last: int = 0
    in_call: bool = False

    @property
    def interface(self) -> str:
        return f"Local/{self.name}@agents/n"

    def told(self, interface: str, name: str) -> Message:
        return {
            interface: self.interface,
            name: self.name,
            "Status": self.status,
            "Penalty": str(self.penalty),
            "Paused": str(int(self.paused)),
            "PausedReason": self.reason,
            "InCall": str(int(self.in_call)),
            "CallsTaken": str(self.taken),
            "LastCall": str(self.last),
        }


@dataclass
class AppQueue:
    """``step`` lets something happen and gives the events it sends; ``status`` is what is so."""

    chance: random.Random
    queues: tuple[str, ...] = ("q1", "q2", "q3")
    agents: tuple[str, ...] = ("1001", "1002", "1003", "1004")
    clock: float = 1_700_000_000.0
    lines: dict[str, list[_Waiting]] = field(init=False)
    members: dict[str, list[_Agent]] = field(init=False)
    talking: list[tuple[str, _Agent]] = field(default_factory=list)
    born: int = 0

    def __post_init__(self) -> None:
        self.lines = {queue: [] for queue in self.queues}
        self.members = {queue: [] for queue in self.queues}

    def step(self) -> list[Message]:
        """One thing happens, or nothing can."""
        self.clock += self.chance.random() * 4
        deeds = (self.join, self.join, self._leave, self._answer, self._answer, self._complete, self._member)
        return self.chance.choice(deeds)()

    def jump(self) -> None:
        """A caller's priority is changed: he is put behind his new equals, and nobody is told."""
        queue = self.chance.choice(self.queues)
        if line := self.lines[queue]:
            one = line.pop(self.chance.randrange(len(line)))
            one.prio = self.chance.randrange(6)
            line.insert(self._place(line, one.prio), one)

    def status(self) -> list[Message]:
        """QueueStatus."""
        rows: list[Message] = []
        for queue in self.queues:
            rows.append({"Event": "QueueParams", "Queue": queue})
            rows += [
                {"Event": "QueueMember", "Queue": queue, **agent.told("Location", "Name")}
                for agent in self.members[queue]
            ]
            rows += [
                {
                    "Event": "QueueEntry",
                    "Queue": queue,
                    "Position": str(place),
                    **one.names,
                    "Wait": str(int(self.clock) - int(one.start)),
                    "Priority": str(one.prio),
                }
                for place, one in enumerate(self.lines[queue], 1)
            ]
        return rows

    @staticmethod
    def _place(line: list[_Waiting], prio: int) -> int:
        return sum(other.prio >= prio for other in line)

    def _event(self, name: str, queue: str, **more: Any) -> Message:
        return {"Event": name, "Timestamp": f"{self.clock:.6f}", "Queue": queue, **more}

    def join(self) -> list[Message]:
        """Somebody comes, unless the line is long."""
        queue = self.chance.choice(self.queues)
        line = self.lines[queue]
        if len(line) >= 15:
            return []
        self.born += 1
        one = _Waiting(self.born, self.chance.choice((0, 0, 0, 1, 5)), self.clock)
        place = self._place(line, one.prio)
        line.insert(place, one)
        numbers = {"Position": str(place + 1), "Count": str(len(line))}
        priority = {"ChanVariable": f"QUEUE_PRIO={one.prio or ''}"}
        return [self._event("QueueCallerJoin", queue, **one.names, **numbers, **priority)]

    def _leave(self, queue: str | None = None, place: int | None = None) -> list[Message]:
        queue = queue or self.chance.choice(self.queues)
        line = self.lines[queue]
        if not line:
            return []
        place = self.chance.randrange(len(line)) if place is None else place
        one = line.pop(place)
        numbers = {"Position": str(place + 1), "Count": str(len(line))}
        return [self._event("QueueCallerLeave", queue, **one.names, **numbers)]

    def _answer(self) -> list[Message]:
        queue = self.chance.choice(self.queues)
        free = [one for one in self.members[queue] if one.status == "1" and not one.paused]
        if not (free and self.lines[queue]):
            return []
        agent = self.chance.choice(free)
        events = self._all_told(agent.name, status="2")
        events += self._leave(queue, 0)
        agent.in_call = True
        self.talking.append((queue, agent))
        return [*events, self._event("AgentConnect", queue, Interface=agent.interface, MemberName=agent.name)]

    def _complete(self) -> list[Message]:
        if not self.talking:
            return []
        queue, agent = self.talking.pop(self.chance.randrange(len(self.talking)))
        self.clock += 1
        event = self._event("AgentComplete", queue, Interface=agent.interface, MemberName=agent.name)
        for members in self.members.values():
            for one in members:
                if one.name == agent.name:
                    one.taken, one.last, one.in_call = one.taken + 1, int(self.clock), False
        return [event, *self._all_told(agent.name, status="1")]

    def _member(self) -> list[Message]:
        queue, name = self.chance.choice(self.queues), self.chance.choice(self.agents)
        known = next((one for one in self.members[queue] if one.name == name), None)
        if known is None:
            talks = any(agent.name == name for _, agent in self.talking)
            known = _Agent(name, self.chance.randrange(3), "2" if talks else "1")
            self.members[queue].append(known)
            return [self._told("QueueMemberAdded", queue, known)]
        deed = self.chance.randrange(4)
        if deed == 0 and not known.in_call:
            self.members[queue].remove(known)
            return [self._told("QueueMemberRemoved", queue, known)]
        if deed == 1:
            known.penalty = self.chance.randrange(5)
            return [self._told("QueueMemberPenalty", queue, known)]
        if deed == 2:
            known.paused = not known.paused
            known.reason = self.chance.choice(("", "lunch", "午休")) if known.paused else ""
            return [self._told("QueueMemberPause", queue, known)]
        if known.status in "15":
            return self._all_told(name, status="5" if known.status == "1" else "1")
        return []

    def _all_told(self, name: str, status: str) -> list[Message]:
        events = []
        for queue, members in self.members.items():
            for one in members:
                if one.name == name:
                    one.status = status
                    events.append(self._told("QueueMemberStatus", queue, one))
        return events

    def _told(self, event: str, queue: str, agent: _Agent) -> Message:
        return self._event(event, queue, **agent.told("Interface", "MemberName"))
