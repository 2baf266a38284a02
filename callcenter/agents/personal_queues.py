"""The queues of single agents: a caller who is to reach one agent waits there for them.

Agents have one who may be asked for: account managers, and members of queues that remember a caller's last
agent. A queue of one member waits, plays music, rings, is left by key and is kept in the books as any other.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from callcenter.site import Site
from callcenter.site.service import Queue

RING_SECONDS = 20
_NAME = re.compile("agent_([0-9]+)")


@dataclass(frozen=True, slots=True)
class PersonalQueue:
    """One agent's. What is a queue's own comes from the queues the agent serves."""

    agent: str
    title: str
    ring_seconds: int
    wrapup_seconds: int
    weight: int
    music: str | None
    exit_keys: tuple[str, ...]
    survey: str | None
    record: bool
    serves: frozenset[str]
    """The queues that remember this agent."""

    @property
    def name(self) -> str:
        return queue_of(self.agent)


def queue_of(agent: str) -> str:
    """The name of an agent's own queue."""
    return f"agent_{agent}"


def agent_of(queue: str) -> str | None:
    """Whose own queue it is; None for any other queue."""
    found = _NAME.fullmatch(queue)
    return found[1] if found else None


def wrapup_seconds(site: Site, queue: str) -> int:
    """How long an agent writes up after a call of this queue, be it the agent's own; 0 for an unknown one."""
    agent = agent_of(queue)
    served = (
        each for each in site.queues if each.name == queue or any(one.agent == agent for one in each.members)
    )
    return max((each.wrapup_seconds for each in served), default=0)


def personal_queues(site: Site) -> list[PersonalQueue]:
    """Every agent's who may be asked for, in the site's order."""
    served: dict[str, list[Queue]] = {}
    for queue in site.queues:
        for member in queue.members:
            served.setdefault(member.agent, []).append(queue)
    heaviest = max((queue.weight for queue in site.queues), default=0)
    return [
        _personal(agent.number, agent.title, served.get(agent.number, []), heaviest + 1)
        for agent in site.agents
        if agent.account_manager or any(queue.last_agent for queue in served.get(agent.number, []))
    ]


def _personal(agent: str, title: str, served: Iterable[Queue], weight: int) -> PersonalQueue:
    """``weight``: above all other queues, so that who waits for this agent is not overtaken."""
    served = list(served)
    return PersonalQueue(
        agent=agent,
        title=title,
        ring_seconds=max((queue.ring_seconds for queue in served), default=RING_SECONDS),
        wrapup_seconds=max((queue.wrapup_seconds for queue in served), default=0),
        weight=weight,
        music=next((queue.music for queue in served if queue.music), None),
        exit_keys=tuple(sorted({key for queue in served for key in queue.exit_keys})),
        survey=next((queue.survey for queue in served if queue.survey), None),
        record=any(queue.record for queue in served) or not served,
        serves=frozenset(queue.name for queue in served if queue.last_agent),
    )
