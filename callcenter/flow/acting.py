"""Steps the dialplan carries out: queue, seat, outside, voicemail, survey, callback, hang-up.

The tables turn Asterisk's words for what came of it into the step's own ways out, whose names are
understood too.
"""

from __future__ import annotations

import re

from callcenter.flow import agent_first
from callcenter.flow.call import Call
from callcenter.flow.dialogue import Act, Answer, Outcome, Request
from callcenter.flow.result import Went
from callcenter.site import steps

Exits = dict[str, tuple[str, str]]
Dialled = steps.DialSeat | steps.DialAgent | steps.DialOutside

QUEUE_EXITS: Exits = {
    "TIMEOUT": ("timeout", "the longest wait was over"),
    "FULL": ("full", "the queue was full"),
    "JOINEMPTY": ("nobody", "nobody was logged in"),
    "LEAVEEMPTY": ("nobody", "everybody logged out during the wait"),
    "JOINUNAVAIL": ("unreachable", "nobody logged in could be rung"),
    "LEAVEUNAVAIL": ("unreachable", "nobody could be rung any more"),
    "UNREACHABLE": ("unreachable", "nobody logged in could be rung"),
    "NOBODY": ("nobody", "nobody was logged in"),
    "CONTINUE": ("done", "an agent had the call and hung up"),
    "DONE": ("done", "an agent had the call and hung up"),
}
"""QUEUESTATUS of app_queue. Empty means that Asterisk has no such queue."""

DIAL_EXITS: Exits = {
    "ANSWER": ("done", "the call was answered and is over"),
    "DONE": ("done", "the call was answered and is over"),
    "BUSY": ("busy", "the line was busy"),
    "NOANSWER": ("no_answer", "nobody answered"),
    "NO_ANSWER": ("no_answer", "nobody answered"),
    "CHANUNAVAIL": ("unreachable", "the line could not be reached"),
    "CONGESTION": ("unreachable", "the network refused the call"),
    "UNREACHABLE": ("unreachable", "the line could not be reached"),
    "FULL": ("unreachable", "all channels of the trunk were in use"),
    "LOGGEDOFF": ("not_logged_in", "the agent was not logged in"),
    "NOT_LOGGED_IN": ("not_logged_in", "the agent was not logged in"),
}
"""DIALSTATUS of app_dial, and what ``callcenter/routing/inside.py`` adds to it."""

VOICEMAIL_EXITS: Exits = {
    "SUCCESS": ("left", "a message was left"),
    "LEFT": ("left", "a message was left"),
    "USEREXIT": ("no_message", "the caller left without a message"),
    "NO_MESSAGE": ("no_message", "the caller left without a message"),
    "FAILED": ("failed", "no message could be stored"),
}
"""VMSTATUS of app_voicemail."""

INSTEAD = {"nobody": "nobody", "not_logged_in": "unreachable"}
"""The way taken where one has no target of its own."""
_KEY = re.compile(r"KEY-([0-9*#])")
_NUMBER = re.compile(r"\+?[0-9]{3,20}", re.ASCII)


def ask_queue(step: steps.QueueCall, call: Call) -> Request:
    """Ask the agent who goes before the queue, then wait in it, at most as long as the queue allows."""
    first = agent_first.ask(step, call)
    if first is not None:
        return first
    queue = call.published.queues.get(step.queue)
    seconds, survey = (queue.max_wait_seconds, queue.survey or "") if queue else (0, "")
    keys = "".join(step.keys)
    priority = max(step.priority, call.place.priority)
    return Act(
        "queue",
        step.queue,
        seconds,
        priority,
        keys,
        survey=survey,
        last=_is_last(step),
        language=call.place.language,
    )


def queue_answered(step: steps.QueueCall, call: Call, answer: Answer) -> Went:
    """Out by a key, or by what became of the wait, or on from the agent to the queue."""
    if (went := agent_first.answered(step, call, answer)) is not None:
        return went
    key = _KEY.fullmatch(_word(answer))
    if key and key[1] in step.keys:
        return Went("key", step.keys[key[1]], f"key {key[1]} left the queue", key[1])
    return _exit(step, QUEUE_EXITS, answer, "nobody")


def ask_seat(step: steps.DialSeat, call: Call) -> Act:
    """Ring the seat."""
    return Act("seat", step.seat, step.ring_seconds, last=_is_last(step), language=call.place.language)


def ask_agent(step: steps.DialAgent, call: Call) -> Act:
    """Ring the agent where they are logged in."""
    return Act("agent", step.agent, step.ring_seconds, last=_is_last(step), language=call.place.language)


def ask_outside(step: steps.DialOutside, call: Call) -> Act:
    """Ring the outside number."""
    return Act(
        "outside",
        step.number,
        step.ring_seconds,
        trunk=step.trunk,
        last=_is_last(step),
        language=call.place.language,
    )


def dial_answered(step: Dialled, call: Call, answer: Answer) -> Went:
    """Out by the dial status."""
    return _exit(step, DIAL_EXITS, answer, "unreachable")


def ask_voicemail(step: steps.Voicemail, call: Call) -> Act:
    """Greet and record."""
    return Act("voicemail", step.mailbox, prompts=tuple(step.greeting), language=call.place.language)


def voicemail_answered(step: steps.Voicemail, call: Call, answer: Answer) -> Went:
    """On, with or without a message."""
    outcome, reason = VOICEMAIL_EXITS.get(_word(answer), VOICEMAIL_EXITS["FAILED"])
    other = {"no_message": step.no_message, "failed": step.failed}.get(outcome)
    return Went(outcome, other or step.next, reason)


def ask_conference(step: steps.ConferenceStep, call: Call) -> Act:
    """Ask for the PIN and join."""
    return Act("conference", step.room, language=call.place.language)


def conference_answered(step: steps.ConferenceStep, call: Call, answer: Answer) -> Went:
    """Out of the room, or not let in."""
    if _word(answer) == "DONE":
        return Went("left", step.next, "the caller has left the conference")
    return Went("refused", step.refused, "the caller was not let into the room")


def ask_survey(step: steps.SurveyStep, call: Call) -> Act:
    """Ask the survey's question."""
    return Act("survey", step.survey, language=call.place.language)


def survey_answered(step: steps.SurveyStep, call: Call, answer: Answer) -> Went:
    """On; the score is kept by the survey itself."""
    return Went("asked", step.next, "the survey is over")


def ask_callback(step: steps.Callback, call: Call) -> Act | Went:
    """Keep the request, unless there is no number to call."""
    number = call.value(step.number_from) if step.number_from else call.caller
    if number is None or not _NUMBER.fullmatch(number):
        return Went("no_number", step.no_number, "there is no number to call back")
    prompts = tuple(step.confirm)
    return Act("callback", step.queue, number=number, prompts=prompts, language=call.place.language)


def callback_answered(step: steps.Callback, call: Call, answer: Answer) -> Went:
    """On."""
    return Went("kept", step.next, "the request is kept")


def ask_hang_up(step: steps.HangUp, call: Call) -> Act:
    """The last words, and the end."""
    return Act("hangup", prompts=tuple(step.prompts), language=call.place.language)


def _is_last(step: steps.QueueCall | Dialled) -> bool:
    return step.done == "@hangup"


def _word(answer: Answer) -> str:
    return answer.text.upper() if isinstance(answer, Outcome) else ""


def _exit(step: steps.QueueCall | Dialled, exits: Exits, answer: Answer, otherwise: str) -> Went:
    word = _word(answer)
    outcome, reason = exits.get(word, (otherwise, f"Asterisk said {word or 'nothing'}"))
    target: str | None = getattr(step, outcome, None)
    if target is None and outcome == "unreachable":
        outcome = "nobody"
    return Went(outcome, target or getattr(step, INSTEAD[outcome]), reason)
