"""Steps that ask the caller for keys: menu and collect, with their limits on silence and wrong keys."""

from __future__ import annotations

from callcenter.flow.call import Call
from callcenter.flow.dialogue import Answer, Collect, Collected, Hear, Pressed
from callcenter.flow.result import STAY, Went
from callcenter.site import steps

NO_INPUT, WRONG = "n", "w"


def ask_menu(step: steps.Menu, call: Call) -> Hear:
    """The menu's prompts, after the limit's own prompt when the last try failed."""
    place, prompts = call.place, tuple(step.prompts)
    if place.missed:
        prompts = _said_after_a_miss(step.no_input, step.wrong_key, place.missed) + prompts
    return Hear(prompts, place.language, "".join(step.keys), True, step.wait_seconds)


def menu_answered(step: steps.Menu, call: Call, answer: Answer) -> Went:
    """On by the key; other answers count as silence."""
    key = answer.key if isinstance(answer, Pressed) else None
    if not key:
        return _missed(call, NO_INPUT, step.no_input, "no_input", "no key was pressed")
    target = step.keys.get(key)
    if target is None:
        return _missed(call, WRONG, step.wrong_key, "wrong_key", f"key {key} is not in the menu", key)
    return Went("key", target, f"key {key} was pressed", key)


def ask_collect(step: steps.Collect, call: Call) -> Collect:
    """The prompts and how many digits are wanted."""
    place, prompts = call.place, tuple(step.prompts)
    if place.missed:
        prompts = _said_after_a_miss(step.no_input, step.wrong, place.missed) + prompts
    return Collect(
        prompts, place.language, step.least, step.most, step.wait_seconds, step.masked, typed=place.typed
    )


def collect_answered(step: steps.Collect, call: Call, answer: Answer) -> Went:
    """Keep the digits, or count a failed try."""
    digits = answer.digits if isinstance(answer, Collected) else None
    call.place.typed = ""
    if not digits:
        return _missed(call, NO_INPUT, step.no_input, "no_input", "nothing was typed")
    shown = "*" * len(digits) if step.masked else digits
    if not (digits.isascii() and digits.isdigit() and step.least <= len(digits) <= step.most):
        wanted = f"{len(digits)} keys are not {step.least} to {step.most} digits"
        return _missed(call, WRONG, step.wrong, "wrong", wanted, shown)
    if not call.place.keep(step.save, digits, step.masked):
        return Went("too_much", "@operator", "the call carries too many values already", shown)
    return Went("collected", step.next, f"{len(digits)} digits were typed into {step.save}", shown)


def _said_after_a_miss(no_input: steps.Limit, wrong: steps.Limit, missed: str) -> tuple[str, ...]:
    prompt = (no_input if missed[-1] == NO_INPUT else wrong).prompt
    return () if prompt is None else (prompt,)


def _missed(
    call: Call, sign: str, limit: steps.Limit, outcome: str, what: str, keys: str | None = None
) -> Went:
    call.place.missed += sign
    times = call.place.missed.count(sign)
    target = limit.then if times >= limit.times else STAY
    return Went(outcome, target, f"{what}, time {times} of {limit.times}", keys)
