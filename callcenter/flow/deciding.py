"""Steps the caller does not hear: look-up, branch, language and goto."""

from __future__ import annotations

import json

from callcenter.flow.call import Call
from callcenter.flow.dialogue import Answer, Failed, Found, Hear, Lookup, NotFound
from callcenter.flow.result import Went
from callcenter.routing.decision import calendar_state
from callcenter.site import steps


def ask_lookup(step: steps.Lookup, call: Call) -> Lookup | Went:
    """The question; it fails unasked while a value to send is missing."""
    query = []
    for name, variable in step.send.items():
        value = call.value(variable)
        if value is None:
            return Went("failed", step.failed, f"{variable} is not known, so nothing was asked")
        query.append((name, value))
    return Lookup(step.url, tuple(query), step.timeout_seconds)


def lookup_answered(step: steps.Lookup, call: Call, answer: Answer) -> Went:
    """Keep what the answer holds. An answer without a wanted value has failed."""
    if isinstance(answer, NotFound):
        return Went("not_found", step.not_found, "the other system knows no such thing")
    if not isinstance(answer, Found):
        reason = answer.reason if isinstance(answer, Failed) else ""
        return Went("failed", step.failed, reason or "no usable answer came")
    values = {variable: _at(answer.json, path) for variable, path in step.save.items()}
    for variable, value in values.items():
        if value is None or not call.place.keep(variable, value):
            return Went("failed", step.failed, f"the answer has no usable {step.save[variable]}")
    return Went("found", step.found, f"answered with {', '.join(values) or 'nothing to keep'}")


def ask_branch(step: steps.Branch, call: Call) -> Hear | Went:
    """The case that holds, or ``otherwise``; the words of an emergency closing are heard before that."""
    if call.known.closings and step.on == "calendar":
        closing = call.known.closing_of(step.calendar or "")
        if closing is not None and closing.prompt in call.published.prompts:
            return Hear((closing.prompt,), call.place.language)
    return _branch(step, call)


def branch_answered(step: steps.Branch, call: Call, answer: Answer) -> Went:
    """On, after the words of an emergency closing."""
    return _branch(step, call)


def _branch(step: steps.Branch, call: Call) -> Went:
    case, reason = _DECIDE[step.on](step, call)
    if case is None or case not in step.cases:
        return Went("otherwise", step.otherwise, reason)
    secret = step.variable in call.place.masked
    return Went("matched" if secret else case, step.cases[case], reason)


def ask_language(step: steps.SetLanguage, call: Call) -> Went:
    """Speak this language from here on."""
    call.place.language = step.language
    return Went("set", step.next, f"prompts are spoken in {step.language} from here on")


def ask_goto(step: steps.Goto, call: Call) -> Went:
    """Just on."""
    return Went("gone", step.target, "the flow goes on there")


def _at(answer: object, path: str) -> str | None:
    """The value at a dotted path, as text; list places count from 0. None for anything but a plain value."""
    for part in path.split("."):
        if isinstance(answer, dict):
            answer = answer.get(part)
        elif isinstance(answer, list) and part.isascii() and part.isdigit() and int(part) < len(answer):
            answer = answer[int(part)]
        else:
            return None
    if isinstance(answer, str):
        return answer
    return json.dumps(answer) if isinstance(answer, int | float) else None


def _by_calendar(step: steps.Branch, call: Call) -> tuple[str | None, str]:
    return calendar_state(call.published, step.calendar or "", call.at, call.known)


def _by_variable(step: steps.Branch, call: Call) -> tuple[str | None, str]:
    name = step.variable or ""
    value = call.value(name)
    if value is None:
        return None, f"{name} is not known"
    shown = "a masked value" if name in call.place.masked else value
    return value, f"{name} is {shown}"


def _by_caller(step: steps.Branch, call: Call) -> tuple[str | None, str]:
    prefixes = [prefix for prefix in step.cases if call.caller.startswith(prefix)]
    if not prefixes:
        return None, f"caller {call.caller or 'without a number'} has none of the prefixes"
    longest = max(prefixes, key=len)
    return longest, f"caller {call.caller} begins with {longest}"


def _by_language(step: steps.Branch, call: Call) -> tuple[str | None, str]:
    return call.place.language, f"the call's language is {call.place.language}"


_DECIDE = {"calendar": _by_calendar, "variable": _by_variable, "caller": _by_caller, "language": _by_language}
