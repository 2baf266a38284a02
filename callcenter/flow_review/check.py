"""What is wrong with the way a flow leads: the rules it must keep to be published.

That prompts, queues and all else it names exist is asked by ``callcenter/site/check.py``.

Errors refuse the flow; warnings are shown. Each problem's path leads from the site to the value at fault.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from callcenter.flow.call import ALWAYS_THERE
from callcenter.flow_review.fields import field_problems
from callcenter.flow_review.graph import Graph, Node, closure, graph, resolve, targets
from callcenter.flow_review.spread import Saved, languages_at, saved_before
from callcenter.site import Site, steps
from callcenter.site.problems import Path, Problem
from callcenter.site.service import Prompt
from callcenter.site.steps import Flow, Limit, Step


@dataclass(frozen=True)
class Checked:
    """A site with what the rules ask of it, each worked out once."""

    site: Site

    @cached_property
    def flows(self) -> dict[str, Flow]:
        return {flow.name: flow for flow in self.site.flows}

    @cached_property
    def prompts(self) -> dict[str, Prompt]:
        return {prompt.name: prompt for prompt in self.site.prompts}

    @cached_property
    def graph(self) -> Graph:
        return graph(self.site)

    @cached_property
    def reached(self) -> set[Node]:
        flow, _, safe = self.site.loops.then.partition("/")
        begins = [(f.name, s) for f in self.site.flows for s in (f.start, f.operator)]
        return self.graph.reached_from([*begins, (flow, safe)])

    @cached_property
    def can_end(self) -> set[Node]:
        return self.graph.can_end()

    @cached_property
    def saved(self) -> dict[Node, set[Saved]]:
        return saved_before(self.site)

    @cached_property
    def languages(self) -> dict[Node, set[str]]:
        return languages_at(self.site)


def problems(flow: Flow, site: Site) -> list[Problem]:
    """Every problem of one flow of the site, in the order of its steps."""
    return _problems(flow, Checked(site))


def all_problems(site: Site) -> list[Problem]:
    """Every problem of every flow; the graph is built once for all."""
    checked = Checked(site)
    return [problem for flow in site.flows for problem in _problems(flow, checked)]


def _problems(flow: Flow, checked: Checked) -> list[Problem]:
    top: Path = ("flows", checked.site.flows.index(flow))
    found = list(_entry_problems(flow, checked, top))
    for name, step in flow.steps.items():
        path = (*top, "steps", name)
        for rule in RULES:
            found += [
                Problem((*path, *each.path), each.message, each.warning)
                for each in rule(flow, name, step, checked)
            ]
        found += [Problem((*path, *at), message) for at, message in field_problems(step, checked.site)]
    return found


def _entry_problems(flow: Flow, checked: Checked, top: Path) -> Iterator[Problem]:
    if flow.start not in flow.steps:
        yield Problem((*top, "start"), f"there is no step {flow.start}: name one of the flow's steps")
    if flow.operator not in flow.steps:
        yield Problem((*top, "operator"), f"there is no step {flow.operator}: @operator must lead somewhere")
    elif (flow.name, flow.operator) not in checked.can_end:
        yield Problem(
            (*top, "operator"), "the operator step leads to no queue, seat, number, mailbox or hang-up"
        )


def _unknown_targets(flow: Flow, name: str, step: Step, checked: Checked) -> Iterator[Problem]:
    for path, target in targets(step):
        if target in ("@back", "@hangup", "@operator"):
            continue
        if resolve(flow, name, target, checked.flows) is None:
            yield Problem(path, f"there is no step {target}: name a step, flow/step, or an @ word")


def _unreachable(flow: Flow, name: str, step: Step, checked: Checked) -> Iterator[Problem]:
    if (flow.name, name) not in checked.reached:
        yield Problem((), "no step leads here: remove it, or give it a way in", warning=True)


def _no_exit(flow: Flow, name: str, step: Step, checked: Checked) -> Iterator[Problem]:
    here = (flow.name, name)
    if here in checked.can_end:
        return
    if not checked.graph.after[here]:
        yield Problem((), "a dead end: nothing follows it and nothing ends the call")
    elif isinstance(step, steps.Menu):
        yield Problem((), "from this menu no queue, seat, number, mailbox or hang-up can be reached")
    else:
        yield Problem((), "a loop without an exit: no queue, seat, number, mailbox or hang-up follows")


def _silent_loop(flow: Flow, name: str, step: Step, checked: Checked) -> Iterator[Problem]:
    here = (flow.name, name)
    silently = checked.graph.silently
    if here in closure(silently[here], silently):
        yield Problem((), "an endless silent loop: the call can come back here with nothing said or asked")


def _limits(flow: Flow, name: str, step: Step, checked: Checked) -> Iterator[Problem]:
    for field in type(step).model_fields:
        limit = getattr(step, field)
        if isinstance(limit, Limit) and resolve(flow, name, limit.then, checked.flows) == (flow.name, name):
            yield Problem((field, "then"), "the limit leads to its own step: it limits nothing")


def _prompts(flow: Flow, name: str, step: Step, checked: Checked) -> Iterator[Problem]:
    languages = sorted(checked.languages.get((flow.name, name), {flow.language}))
    for path, prompt in prompts_of(step):
        known = checked.prompts.get(prompt)
        for language in languages if known else ():
            if known and language not in known.text and language not in known.audio:
                message = f"prompt {prompt} is heard here in {language}: give it text or audio in {language}"
                yield Problem(path, message)


def _variables(flow: Flow, name: str, step: Step, checked: Checked) -> Iterator[Problem]:
    saved = {variable for variable, _ in checked.saved.get((flow.name, name), set())}
    for path, variable in variables_of(step):
        if variable not in saved and variable not in ALWAYS_THERE:
            message = f"nothing on the way here can have saved {variable} (masked values end at an action)"
            yield Problem(path, message, warning=True)


RULES = (_unknown_targets, _unreachable, _no_exit, _silent_loop, _limits, _prompts, _variables)


def prompts_of(step: Step) -> Iterator[tuple[Path, str]]:
    """Every prompt a step names itself, and the path to it inside the step."""
    for name in type(step).model_fields:
        value = getattr(step, name)
        if name in ("prompts", "before", "after", "greeting", "confirm"):
            yield from (((name, place), prompt) for place, prompt in enumerate(value))
        elif isinstance(value, Limit) and value.prompt is not None:
            yield (name, "prompt"), value.prompt


def variables_of(step: Step) -> Iterator[tuple[Path, str]]:
    """Every variable a step reads, and the path to it inside the step."""
    if isinstance(step, steps.Say) and step.value[0] != "=":
        yield ("value",), step.value
    elif isinstance(step, steps.Lookup):
        yield from ((("send", name), variable) for name, variable in step.send.items())
    elif isinstance(step, steps.Branch) and step.variable is not None:
        yield ("variable",), step.variable
    elif isinstance(step, steps.Callback) and step.number_from is not None:
        yield ("number_from",), step.number_from
