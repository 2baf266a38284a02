"""Rules inside one step that its class alone can't hold, since they depend on two of its keys."""

from __future__ import annotations

from collections.abc import Iterator

from callcenter.site import Site
from callcenter.site.problems import Path, Problem
from callcenter.site.steps import Branch, Collect


def shapes(site: Site) -> Iterator[Problem]:
    """Branches have what they branch on; as many digits can be typed as are asked for."""
    for place, flow in enumerate(site.flows):
        for name, step in flow.steps.items():
            path = ("flows", place, "steps", name)
            if isinstance(step, Branch):
                yield from _branch(path, step)
            if isinstance(step, Collect) and step.least > step.most:
                message = f"{step.least} is more than most, {step.most}: nothing could be typed"
                yield Problem((*path, "least"), message)


def _branch(path: Path, step: Branch) -> Iterator[Problem]:
    for kind in ("calendar", "variable"):
        given = getattr(step, kind) is not None
        if step.on == kind and not given:
            yield Problem(path, f"branches on a {kind}: add {kind}")
        if step.on != kind and given:
            yield Problem((*path, kind), f"branches on the {step.on}: remove this key")
