"""A simulated path for people, and for programs."""

from __future__ import annotations

from collections.abc import Iterator

from callcenter.simulate import Path, PathStep


def lines(path: Path) -> Iterator[str]:
    """The path step by step: what is heard, what is pressed, where it goes and why."""
    for step in path.steps:
        yield from _step_lines(step)
    yield from (f"warning: {warning}" for warning in path.warnings)


def record(path: Path) -> dict[str, object]:
    """The path as plain data for JSON: the fields of a fact, with language, texts heard and survey."""
    steps = [
        {
            **step.fact._asdict(),
            "heard": [heard._asdict() for heard in step.heard],
            "language": step.language,
            "survey": step.survey,
        }
        for step in path.steps
    ]
    return {"steps": steps, "warnings": list(path.warnings)}


def _step_lines(step: PathStep) -> Iterator[str]:
    fact = step.fact
    onward = "" if fact.next is None else f" -> {fact.next}"
    yield f"{fact.flow}/{fact.step} ({fact.kind}) {fact.outcome}{onward}"
    for heard in step.heard:
        yield f"    hears [{step.language}] {heard.prompt}" + (f": {heard.text}" if heard.text else "")
    if fact.keys:
        yield f"    presses {fact.keys}"
    yield f"    because {fact.reason}"
    if step.survey:
        yield f"    then survey {step.survey} is asked"
