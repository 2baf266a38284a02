"""What may be true at each step of a flow: which values can have been saved, which languages are spoken.

Both are sets that spread along the edges until nothing changes (a may-analysis).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

from callcenter.flow_review.graph import Node, Path, nodes_of, targets
from callcenter.site import Site, steps
from callcenter.site.steps import Flow, Step

Item = TypeVar("Item")
Saved = tuple[str, bool]
"""A variable, and whether it is masked."""

ACTIONS = (
    steps.QueueCall,
    steps.DialSeat,
    steps.DialAgent,
    steps.DialOutside,
    steps.Voicemail,
    steps.ConferenceStep,
    steps.SurveyStep,
    steps.Callback,
)


def saved_before(site: Site) -> dict[Node, set[Saved]]:
    """The values that may have been saved when a step begins; actions forget masked ones."""
    return _spread(site, {(f.name, s): set() for f in site.flows for s in (f.start, f.operator)}, _save)


def languages_at(site: Site) -> dict[Node, set[str]]:
    """The languages a step may speak, from the numbers' and the flows' own languages on."""
    begins = {(flow.name, flow.start): {flow.language} for flow in site.flows}
    flows = {flow.name: flow for flow in site.flows}
    for did in site.dids:
        if did.language and did.flow in flows:
            begins[did.flow, flows[did.flow].start].add(did.language)
    return _spread(site, begins, _speak)


def _save(flow: Flow, step: Step, path: Path, to: Flow, before: set[Saved]) -> set[Saved]:
    if isinstance(step, ACTIONS):
        return {each for each in before if not each[1]}
    if isinstance(step, steps.Collect):
        return before | {(step.save, step.masked)}
    if isinstance(step, steps.Lookup) and path == ("found",):
        return before | {(name, False) for name in step.save}
    return before


def _speak(flow: Flow, step: Step, path: Path, to: Flow, before: set[str]) -> set[str]:
    after = before
    if isinstance(step, steps.SetLanguage):
        after = {step.language}
    elif isinstance(step, steps.Branch) and step.on == "language":
        after = before & {str(path[1])} if path[0] == "cases" else before - step.cases.keys()
    if to is not flow:
        after = {to.language if each == flow.language else each for each in after}
    return after


def _spread(
    site: Site,
    begins: Mapping[Node, set[Item]],
    over: Callable[[Flow, Step, Path, Flow, set[Item]], set[Item]],
) -> dict[Node, set[Item]]:
    flows = {flow.name: flow for flow in site.flows}
    known = {node: set(items) for node, items in begins.items() if node[1] in flows[node[0]].steps}
    waiting = list(known)
    while waiting:
        here = waiting.pop()
        flow = flows[here[0]]
        step = flow.steps[here[1]]
        for path, target in targets(step):
            for node in nodes_of(flow, here[1], target, flows):
                items = over(flow, step, path, flows[node[0]], known[here])
                if node not in known or not items <= known[node]:
                    known[node] = known.get(node, set()) | items
                    waiting.append(node)
    return known
