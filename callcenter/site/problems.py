"""What a rule has to say about a site: where, what, and how to mend it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from callcenter.site import Site

Path = tuple[str | int, ...]
"""The way to a value in the site file: keys, and places in lists counted from 0."""


@dataclass(frozen=True)
class Problem:
    """Something wrong at ``path``; ``message`` says what and the mend. A warning does not refuse the site."""

    path: Path
    message: str
    warning: bool = False


Rule = Callable[["Site"], list[Problem]]
"""Looks at a whole site; gives every problem it finds, in the site's order."""


def dotted(path: Path) -> str:
    """A path as people write it: ``queues[2].members[0].agent``; empty for the site itself."""
    parts = [f"[{step}]" if isinstance(step, int) else f".{step}" for step in path]
    return "".join(parts).removeprefix(".")
