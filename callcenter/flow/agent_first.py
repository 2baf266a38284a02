"""Before a queue, one agent: a VIP's account manager, or who served the caller last in it.

The agent's own queue (``callcenter/agents/personal_queues.py``) is waited in: as long as the phone rings when they are
free, at most the wait that was set when they are busy, not at all when they are paused or away. Then comes the
queue that was meant. Each turn is told, and the decision with all its reasons, in order.
"""

from __future__ import annotations

from callcenter.agents.personal_queues import queue_of
from callcenter.flow.call import Call
from callcenter.flow.dialogue import Act, AgentIs, AgentState, Answer, Outcome, Served, WhoServed
from callcenter.flow.place import Asked
from callcenter.flow.result import STAY, Went
from callcenter.routing.decision import Decision, queue_words
from callcenter.site import steps

OVER = "over"
OFFER_SECONDS = 3
"""Of a free agent: the queue's own ring time lets a phone that has begun to ring do so to its end."""
SERVED = ("CONTINUE", "DONE")
AFTER = {
    "TIMEOUT": ("no_answer", ""),
    "JOINEMPTY": ("away", "could not be rung"),
    "LEAVEEMPTY": ("away", "went away"),
    "JOINUNAVAIL": ("away", "could not be rung"),
    "LEAVEUNAVAIL": ("away", "went away"),
}
"""QUEUESTATUS of the agent's own queue."""


def ask(step: steps.QueueCall, call: Call) -> WhoServed | AgentState | Act | None:
    """What is to be asked first; None when it is the queue's turn."""
    asked = call.place.asked
    if asked is None:
        queue = call.published.queues.get(step.queue)
        if queue is None or queue.last_agent is None or not call.caller or call.place.doing:
            return None
        return WhoServed(step.queue, queue.last_agent.within_hours)
    if asked.state == "new":
        return AgentState(asked.agent)
    return None if asked.state == OVER else _wait_for(asked, step, call)


def answered(step: steps.QueueCall, call: Call, answer: Answer) -> Went | None:
    """Where an answer to ``ask`` leads; None when the queue itself was asked, or the agent has served."""
    asked = call.place.asked
    if isinstance(answer, Served):
        return _remembered(step, call, answer)
    if asked is None or asked.state == OVER:
        return None
    if asked.state == "new":
        return _state_known(step, call, asked, answer.state if isinstance(answer, AgentIs) else "away")
    word = answer.text.upper() if isinstance(answer, Outcome) else ""
    if word in SERVED or word.startswith("KEY-"):
        return None
    outcome, reason = AFTER.get(word, ("away", f"Asterisk said {word or 'nothing'}"))
    if outcome == "no_answer":
        reason = f"waited {asked.wait_seconds} s" if asked.state == "busy" else "did not answer"
    call.place.doing = False
    return _on_to_queue(step, call, asked, outcome, (*_reasons(asked), reason))


def _remembered(step: steps.QueueCall, call: Call, answer: Served) -> Went:
    queue = call.published.queues[step.queue]
    wait = queue.last_agent.wait_seconds if queue.last_agent else 0
    if not answer.agent:
        call.place.asked = Asked("l0", "00", 0, OVER)
        return Went("no_last_agent", STAY, answer.trouble or "nobody has served this caller here lately")
    asked = Asked(f"l{answer.seconds_ago}", answer.agent, wait)
    if answer.agent not in call.published.personal:
        reason = f"{_who(asked)} is no longer to be asked for"
        return _on_to_queue(step, call, asked, "no_last_agent", (reason,))
    call.place.asked = asked
    return Went("last_agent", STAY, f"{_who(asked)} is asked first")


def _state_known(step: steps.QueueCall, call: Call, asked: Asked, state: str) -> Went:
    asked = asked._replace(state=state if state in ("free", "busy", "paused") else "away")
    waits = asked.state == "free" or (asked.state == "busy" and asked.wait_seconds > 0)
    if asked.agent not in call.published.personal:
        reasons = (*_source(asked), f"{_name(asked)} has no queue of their own")
        return _on_to_queue(step, call, asked, "away", reasons)
    if not waits:
        return _on_to_queue(step, call, asked, asked.state, _reasons(asked))
    call.place.asked = asked
    told = "" if asked.state == "free" else f": waits up to {asked.wait_seconds} s"
    reason = f"{_name(asked)} is {asked.state}{told}"
    return Went(asked.state, STAY, reason, decision=_decision(call, _name(asked), _reasons(asked)))


def _on_to_queue(
    step: steps.QueueCall, call: Call, asked: Asked, outcome: str, reasons: tuple[str, ...]
) -> Went:
    call.place.asked = asked._replace(state=OVER)
    queue = queue_words(step.queue, max(step.priority, call.place.priority))
    return Went(outcome, STAY, f"{reasons[-1]}: on to {queue}", decision=_decision(call, queue, reasons))


def _wait_for(asked: Asked, step: steps.QueueCall, call: Call) -> Act:
    queue = call.published.queues.get(step.queue)
    return Act(
        "queue",
        queue_of(asked.agent),
        asked.wait_seconds if asked.state == "busy" else OFFER_SECONDS,
        max(step.priority, call.place.priority),
        "".join(step.keys),
        survey=(queue.survey or "") if queue else "",
        language=call.place.language,
        served=step.queue,
        last=step.done == "@hangup",
    )


def _decision(call: Call, destination: str, reasons: tuple[str, ...]) -> Decision:
    return Decision(f"{call.place.flow}/{call.place.step}", destination, reasons)


def _reasons(asked: Asked) -> tuple[str, ...]:
    return (*_source(asked), f"{_name(asked)} {asked.state}")


def _source(asked: Asked) -> tuple[str, ...]:
    return (f"VIP list #{asked.source[1:]}",) if asked.source[0] == "v" else (_who(asked),)


def _name(asked: Asked) -> str:
    return f"{'manager' if asked.source[0] == 'v' else 'agent'} {asked.agent}"


def _who(asked: Asked) -> str:
    return f"last agent {asked.agent}, {_ago(int(asked.source[1:]))} ago"


def _ago(seconds: int) -> str:
    if seconds < 120:
        return f"{seconds} s"
    return f"{seconds // 60} min" if seconds < 7200 else f"{seconds // 3600} h"
