"""What a call's walk wants to know: of the caller from the database, of an agent from Asterisk."""

from __future__ import annotations

from agi.call import Call
from agi.outcomes import CommandFailed
from agi.services import Services
from agi.snapshots import Snapshot
from callcenter.agents.personal_queues import queue_of
from callcenter.flow.dialogue import AgentIs, AgentState, Served, WhoServed
from callcenter.routing.known import Known

PATIENCE_SECONDS = 2.0
"""Knowledge bounds itself far below."""


def of_the_caller(call: Call, services: Services, snapshot: Snapshot) -> Known:
    """For a call that has just come."""
    work = services.knowledge.of(call.callerid, snapshot.published.site.country, services.clock())
    return call.wait_for(work, PATIENCE_SECONDS)


def closings(call: Call, services: Services) -> Known:
    """For a call that goes on."""
    return call.wait_for(services.knowledge.closings(services.clock()), PATIENCE_SECONDS)


def who_served(call: Call, services: Services, snapshot: Snapshot, asked: WhoServed) -> Served:
    """The last agent of this caller in a queue, whether they were reached by way of it or of their own."""
    published = snapshot.published
    also = [queue_of(agent) for agent, serves in published.personal.items() if asked.queue in serves]
    work = services.knowledge.last_served(
        call.callerid, published.site.country, asked, also, services.clock()
    )
    return call.wait_for(work, PATIENCE_SECONDS)


def agent_state(call: Call, asked: AgentState) -> AgentIs:
    """As Asterisk has the one member of the agent's own queue."""
    queue = queue_of(asked.agent)
    counts = [f"${{QUEUE_MEMBER({queue},{what})}}" for what in ("logged", "paused", "ready")]
    try:
        found = call.execute("GET FULL VARIABLE", " ".join(counts))["result"][1]
    except CommandFailed:
        return AgentIs("away")
    return AgentIs(state_of(found))


def state_of(counts: str) -> str:
    """The state in ``logged paused ready``, three numbers; away for anything else."""
    numbers = counts.split()
    if len(numbers) != 3 or numbers[0] == "0" or not all(number.isdecimal() for number in numbers):
        return "away"
    if numbers[1] != "0":
        return "paused"
    return "free" if numbers[2] != "0" else "busy"
