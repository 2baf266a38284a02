"""A simulated path for people, and for programs."""

from __future__ import annotations

from collections.abc import Iterator

from callcenter.flow import Fact
from callcenter.simulator.walk import Path
from callcenter.site.steps import QueueCall
from callcenter.site_file.published import Published


def lines(published: Published, path: Path) -> Iterator[str]:
    """The path step by step: what is heard, what is pressed, where it goes and why."""
    for decision in path.decisions:
        about = "" if decision.about == "call" else f"{decision.about}: "
        yield f"route {about}{' -> '.join((*decision.reasons, decision.destination))}"
    for fact in path.facts:
        yield from _lines(published, fact)
    yield from (f"warning: {warning}" for warning in path.warnings)


def record(published: Published, path: Path) -> dict[str, object]:
    """The path as plain data for JSON: the fields of each fact, the texts heard, a survey that follows."""
    steps = [
        {
            **fact._asdict(),
            "heard": [{"prompt": prompt, "text": _text(published, prompt, fact)} for prompt in fact.heard],
            "survey": _survey(published, fact),
        }
        for fact in path.facts
    ]
    decisions = [{**each._asdict(), "reasons": list(each.reasons)} for each in path.decisions]
    return {"steps": steps, "decisions": decisions, "warnings": list(path.warnings)}


def _lines(published: Published, fact: Fact) -> Iterator[str]:
    onward = "" if fact.next is None else f" -> {fact.next}"
    yield f"{fact.flow}/{fact.step} ({fact.kind}) {fact.outcome}{onward}"
    for prompt in fact.heard:
        text = _text(published, prompt, fact)
        yield f"    hears [{fact.language}] {prompt}" + (f": {text}" if text else "")
    if fact.keys:
        yield f"    presses {fact.keys}"
    yield f"    because {fact.reason}"
    if survey := _survey(published, fact):
        yield f"    then survey {survey} is asked"


def _text(published: Published, prompt: str, fact: Fact) -> str | None:
    """A prompt's text as it is heard; None for a recording or a spoken value."""
    language = published.language_of(prompt, fact.language)
    return None if language is None else published.prompts[prompt].text.get(language)


def _survey(published: Published, fact: Fact) -> str | None:
    """The survey of a queue whose agent has just hung up."""
    step = published.step(fact.flow, fact.step)
    queue = published.queues.get(step.queue) if isinstance(step, QueueCall) else None
    return queue.survey if queue and fact.outcome == "done" else None
