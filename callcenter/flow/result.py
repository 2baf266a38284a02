"""What a step comes to: the way it went, and the fact that is kept of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from callcenter.routing.decision import Decision

STAY = ""
"""The target of a try that failed with tries left: the same step is asked again, its misses kept."""


@dataclass(slots=True)
class Went:
    """A step's decision. ``target`` as in a site file, or STAY."""

    outcome: str
    target: str
    reason: str
    keys: str | None = None
    heard: tuple[str, ...] | None = None
    """What was heard, when it is not simply the request's prompts."""
    decision: Decision | None = None
    """What was decided on the way, to be kept with its reasons."""


class Fact(NamedTuple):
    """One row of ``schema.calls.Step``, without the call, the time and the version its driver knows.

    ``language`` is what was spoken; it is not stored.

    ``next`` is the step the call went on to (``flow/step`` in another flow), ``@hangup``, or None when
    the step is not over yet: an action has begun, or the caller hung up.
    """

    flow: str
    step: str
    kind: str
    language: str
    heard: tuple[str, ...]
    keys: str | None
    outcome: str
    next: str | None
    reason: str
