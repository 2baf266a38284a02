"""What Asterisk takes from a dialplan without a word: jumps to nowhere, gaps, unknown applications.

Such a line ends a call when it is reached. Only the rendered text is looked at, never an operator's own.
A target with a variable in it is checked as far as its fixed part goes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

_COMMENT = re.compile(r"(?<!\\);.*")
_JUMP = re.compile(r"\b(?:Goto|GotoIf|Gosub)\(")
_B_OPTION = re.compile(r"b\(([^()^]+)\^([^()^]+)\^([^()^]+)\)")
_LINE = re.compile(r"^(?:exten => ([^,]+),(\w+)|\s*same => (\w+))(?:\((\w+)\))?,(\w+)\((.*)\)$")


@dataclass(slots=True)
class _Exten:
    """One extension: its last priority and its labels."""

    last: int = 0
    labels: set[str] = field(default_factory=set)


Contexts = dict[str, dict[str, _Exten]]


@dataclass(frozen=True, slots=True)
class _Step:
    where: str
    context: str
    exten: str
    application: str
    argument: str


def dialplan_problems(text: str, applications: str) -> list[str]:
    """One line for each: unreadable lines, unknown applications, jumps to nowhere.

    ``applications`` is what ``core show applications`` prints.
    """
    contexts: Contexts = {}
    unreadable: list[str] = []
    steps = list(_steps(text, contexts, unreadable))
    unknown = unlisted(text, applications)
    missing = [
        f"{step.where}: no application {step.application}" for step in steps if step.application in unknown
    ]
    return [*unreadable, *missing, *(problem for step in steps for problem in _lost(step, contexts))]


def unlisted(text: str, applications: str) -> set[str]:
    """The applications of a dialplan that are not in the list."""
    listed = set(re.findall(r"^ *(\w+):", applications, re.MULTILINE))
    return {step.application for step in _steps(text, {}, [])} - listed


def _steps(text: str, contexts: Contexts, unreadable: list[str]) -> Iterator[_Step]:
    context, exten = "", ""
    for line in (_COMMENT.sub("", raw).rstrip() for raw in text.splitlines()):
        if line.startswith("["):
            context = line.strip("[]")
            contexts.setdefault(context, {})
            continue
        if not line:
            continue
        found = _LINE.match(line)
        exten = (found[1] if found else None) or exten
        if found is None or not _follows(found, contexts.setdefault(context, {}).setdefault(exten, _Exten())):
            unreadable.append(f"{context}: {line.strip()}")
            continue
        known = contexts[context][exten]
        yield _Step(f"{context},{exten},{known.last}", context, exten, found[5], found[6])


def _follows(found: re.Match[str], exten: _Exten) -> bool:
    """Whether the line's priority is the next one; ``exten`` is brought up to it."""
    priority = found[2] or found[3]
    if priority not in ("n", str(exten.last + 1)) or (priority == "n" and exten.last == 0):
        return False
    exten.last += 1
    if found[4]:
        exten.labels.add(found[4])
    return True


def _lost(step: _Step, contexts: Contexts) -> Iterator[str]:
    for target in _targets(step):
        *before, priority = target.replace("\\,", ",").split(",")
        exten = before.pop() if before else step.exten
        context = before.pop() if before else step.context
        if not _is_there(contexts, context, exten, priority):
            yield f"{step.where}: {step.application} leads nowhere: {context},{exten},{priority}"


def _targets(step: _Step) -> list[str]:
    if step.application in ("Goto", "Gosub"):
        return [step.argument]
    if step.application == "GotoIf":
        return [target for target in step.argument.rpartition("?")[2].split(":") if target]
    return [",".join(found) for found in _B_OPTION.findall(step.argument)]


def _is_there(contexts: Contexts, context: str, exten: str, priority: str) -> bool:
    if context.startswith("${"):
        return any(_exten_is_there(extens, exten, priority) for extens in contexts.values())
    return _exten_is_there(contexts.get(context, {}), exten, priority)


def _exten_is_there(extens: dict[str, _Exten], exten: str, priority: str) -> bool:
    fixed = exten.partition("${")[0]
    found = [known for name, known in extens.items() if _matches(name, exten, fixed)]
    return any(priority == "1" or priority in known.labels or _reaches(priority, known) for known in found)


def _reaches(priority: str, known: _Exten) -> bool:
    return priority.isdigit() and int(priority) <= known.last


def _matches(name: str, exten: str, fixed: str) -> bool:
    if fixed != exten:
        return name.startswith(fixed)
    if not name.startswith("_"):
        return name == exten
    signs = {"X": "[0-9]", "Z": "[1-9]", "N": "[2-9]", ".": ".+", "!": ".*"}
    pattern = "".join(signs.get(sign, re.escape(sign)) for sign in name[1:])
    return re.fullmatch(pattern, exten) is not None
