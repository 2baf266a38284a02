"""Rules of how agents come and go that the types can't say."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from callcenter.site import Site
from callcenter.site.problems import Problem


def relaxing(site: Site) -> Iterator[Problem]:
    """Each step comes later than the one before it, and lets more agents be asked."""
    for place, queue in enumerate(site.queues):
        for number, (before, step) in enumerate(pairwise(queue.relax), start=1):
            where = ("queues", place, "relax", number)
            if step.after_seconds <= before.after_seconds:
                message = f"{step.after_seconds} s is not after the step before: put the steps in order"
                yield Problem((*where, "after_seconds"), message)
            if step.max_penalty <= before.max_penalty:
                message = f"{step.max_penalty} lets nobody more be asked: the step before has it already"
                yield Problem((*where, "max_penalty"), message)


def pause_codes(site: Site) -> Iterator[Problem]:
    """A digit means one reason."""
    seen: set[str] = set()
    for place, reason in enumerate(site.pause_reasons):
        if reason.code in seen:
            message = f"{reason.code} is another reason's code: give another digit"
            yield Problem(("pause_reasons", place, "code"), message)
        if reason.code is not None:
            seen.add(reason.code)


STAFFING = (relaxing, pause_codes)
