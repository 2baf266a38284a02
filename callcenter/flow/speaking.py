"""Steps that only speak: play and say."""

from __future__ import annotations

from callcenter import spoken
from callcenter.flow.call import Call
from callcenter.flow.dialogue import Answer, Hear, Pressed
from callcenter.flow.result import Went
from callcenter.site import steps


def ask_play(step: steps.Play, call: Call) -> Hear | Went:
    """The prompts; an interruptible one is not begun when the caller has typed ahead."""
    if step.interruptible and call.place.typed:
        return Went("skipped", step.next, "the caller had typed ahead", heard=())
    return Hear(tuple(step.prompts), call.place.language, interruptible=step.interruptible)


def play_answered(step: steps.Play, call: Call, answer: Answer) -> Went:
    """On; a key that cut an interruptible play short is kept for the next menu."""
    key = answer.key if isinstance(answer, Pressed) and step.interruptible else None
    if key and len(key) == 1 and key in "0123456789*#":
        call.place.typed = key
        return Went("interrupted", step.next, f"key {key} cut it short and answers the next menu", key)
    return Went("played", step.next, "played to its end")


def ask_say(step: steps.Say, call: Call) -> Hear:
    """The value in phrases, between its prompts; the prompts alone while the value is not known."""
    pieces = _pieces(step, call) or ()
    return Hear((*step.before, *pieces, *step.after), call.place.language)


def say_answered(step: steps.Say, call: Call, answer: Answer) -> Went:
    """On, whether or not there was a value to say."""
    if _pieces(step, call) is None:
        reason = f"{step.value} holds nothing that can be spoken"
        return Went("not_known", step.next, reason, heard=(*step.before, *step.after))
    heard = (*step.before, f"say:{step.as_}", *step.after)
    return Went("said", step.next, f"{step.value} was spoken as {step.as_}", heard=heard)


def _pieces(step: steps.Say, call: Call) -> tuple[str, ...] | None:
    """The value's phrase keys; None when there is no value, or nothing in it to speak."""
    value = step.value[1:] if step.value[0] == "=" else call.value(step.value)
    if value is None:
        return None
    today = call.at.astimezone(call.published.zone).date()
    return spoken.say(step.as_, value, call.place.language, today) or None
