"""What differs between two versions of a flow, step by step. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import unified_diff
from itertools import islice
from typing import Any

from callcenter.site_file.canonical import lines_of

Definition = dict[str, Any]
HEADER = 2
"""Lines a unified diff begins with, which name files."""


@dataclass(frozen=True, slots=True)
class Difference:
    """``what`` is added, removed or changed; ``key`` a step or, of the flow itself, a key such as start."""

    what: str
    part: str
    key: str
    before: Any
    after: Any

    def lines(self) -> list[str]:
        """The difference as people read it: its name, and below it the lines that changed."""
        shown = unified_diff(_text(self.key, self.before), _text(self.key, self.after), lineterm="", n=0)
        changed = (line for line in islice(shown, HEADER, None) if not line.startswith("@@"))
        return [f"{self.what} {self.part}/{self.key}", *(f"  {line}" for line in changed)]


def differences(before: Definition, after: Definition) -> list[Difference]:
    """The flow's own keys first, then its steps, those that are gone last."""
    return [*_of("flow", _own(before), _own(after)), *_of("steps", before["steps"], after["steps"])]


def _own(definition: Definition) -> Definition:
    return {key: value for key, value in definition.items() if key != "steps"}


def _of(part: str, before: Definition, after: Definition) -> Iterator[Difference]:
    for key in {**after, **before}:
        old, new = before.get(key), after.get(key)
        if old != new:
            what = "added" if key not in before else "removed" if key not in after else "changed"
            yield Difference(what, part, key, old, new)


def _text(key: str, value: Any) -> list[str]:
    return [] if value is None else lines_of(key, value)
