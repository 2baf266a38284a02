"""Whom a call may reach at first; app_queue's rule of the queue raises it while the call waits."""

from __future__ import annotations

from callcenter.site.service import Queue

EVERYBODY = 100
"""The highest penalty there is. A rule without a first limit would have all agents rung at once."""


def first_max_penalty(queue: Queue | None) -> int:
    """The highest penalty of the agents who are asked as soon as a call joins."""
    if queue is None or not queue.relax:
        return EVERYBODY
    first = queue.relax[0]
    return 0 if first.after_seconds else first.max_penalty
