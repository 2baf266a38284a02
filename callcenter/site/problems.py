"""What a rule has to say about a site: where, what, and how to mend it."""

from __future__ import annotations

from dataclasses import dataclass

Path = tuple[str | int, ...]
"""The way to a value in the site file: keys, and places in lists counted from 0."""


@dataclass(frozen=True)
class Problem:
    """Something wrong at ``path``; ``message`` says what and the mend. A warning does not refuse the site."""

    path: Path
    message: str
    warning: bool = False


def dotted(path: Path) -> str:
    """A path as people write it: ``queues[2].members[0].agent``; empty for the site itself."""
    parts = [f"[{step}]" if isinstance(step, int) else f".{step}" for step in path]
    return "".join(parts).removeprefix(".")
