"""The flows of a site as a graph of steps, for the rules in ``check.py``.

A node is (flow, step). Ends are not nodes: a step that can end a call says so itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from callcenter.site import Site, steps
from callcenter.site.steps import Flow, Limit, Step

Node = tuple[str, str]
Path = tuple[str | int, ...]

SILENT = (steps.Branch, steps.SetLanguage, steps.Goto, steps.Lookup)
"""Kinds that neither say nor ask: their ways out take no time a caller would notice."""

AT_ONCE = {"full", "nobody", "busy", "unreachable", "not_logged_in", "no_number"}
"""Ways out of an action that may be taken the moment it begins."""

SERVED = (
    steps.QueueCall,
    steps.DialSeat,
    steps.DialAgent,
    steps.DialOutside,
    steps.Voicemail,
    steps.ConferenceStep,
    steps.HangUp,
)
"""Kinds that serve a call or end it."""


def targets(step: Step) -> Iterator[tuple[Path, str]]:
    """Every target of a step, and the path to it inside the step."""
    for name in type(step).model_fields:
        value = getattr(step, name)
        if name in TARGETS and value is not None:
            yield (name,), value
        elif name in ("keys", "cases"):
            yield from (((name, key), target) for key, target in value.items())
        elif isinstance(value, Limit):
            yield (name, "then"), value.then


TARGETS = {"next", "target", "otherwise", "found", "not_found", "failed", "timeout", "full", "nobody", "done"}
TARGETS |= {"busy", "no_answer", "unreachable", "not_logged_in", "no_number", "no_message", "refused"}
"""The fields of all kinds that hold a target."""


@dataclass
class Graph:
    """Where each step may go. ``after`` holds all edges, ``silently`` those on which nothing is heard."""

    after: dict[Node, set[Node]] = field(default_factory=dict)
    silently: dict[Node, set[Node]] = field(default_factory=dict)
    ending: set[Node] = field(default_factory=set)
    """Steps that serve a call, end it, or hang up by a target."""

    def reached_from(self, begins: Iterable[Node]) -> set[Node]:
        """All steps on a way from these, themselves included."""
        return closure(begins, self.after)

    def can_end(self) -> set[Node]:
        """All steps from which a call can come to an end."""
        return closure(self.ending, _turned(self.after))


def graph(site: Site) -> Graph:
    """The graph of all flows. Unknown targets have no edge: they are their own problem."""
    flows = {flow.name: flow for flow in site.flows}
    made = Graph()
    for flow in site.flows:
        for name, step in flow.steps.items():
            _add(made, flows, flow, name, step)
    return made


def resolve(flow: Flow, step: str, target: str, flows: Mapping[str, Flow]) -> Node | None:
    """The step a target means, or None when there is none; ``@back`` and ``@hangup`` have none."""
    if target in ("@repeat", "@operator"):
        node = (flow.name, step if target == "@repeat" else flow.operator)
    elif "/" in target:
        name, _, wanted = target.partition("/")
        node = (name, wanted or (flows[name].start if name in flows else ""))
    else:
        node = (flow.name, target)
    return node if node[0] in flows and node[1] in flows[node[0]].steps else None


def nodes_of(flow: Flow, step: str, target: str, flows: Mapping[str, Flow]) -> set[Node]:
    """The steps a target may lead to: any menu of the flow for ``@back``, none for an end or an unknown."""
    if target == "@hangup":
        return set()
    if target == "@back":
        menus = {name for name, each in flow.steps.items() if isinstance(each, steps.Menu)}
        return {(flow.name, name) for name in (menus or {flow.start}) & flow.steps.keys()}
    node = resolve(flow, step, target, flows)
    return set() if node is None else {node}


def closure(begins: Iterable[Node], after: Mapping[Node, set[Node]]) -> set[Node]:
    """Every node on a way from ``begins`` along ``after``."""
    seen = set(begins)
    waiting = list(seen)
    while waiting:
        for node in after.get(waiting.pop(), ()):
            if node not in seen:
                seen.add(node)
                waiting.append(node)
    return seen


def _add(made: Graph, flows: Mapping[str, Flow], flow: Flow, name: str, step: Step) -> None:
    here = (flow.name, name)
    after, silently = made.after.setdefault(here, set()), made.silently.setdefault(here, set())
    if isinstance(step, SERVED):
        made.ending.add(here)
    for path, target in targets(step):
        if target == "@hangup":
            made.ending.add(here)
        nodes = nodes_of(flow, name, target, flows)
        after |= nodes
        if isinstance(step, SILENT) or path[0] in AT_ONCE:
            silently |= nodes


def _turned(after: Mapping[Node, set[Node]]) -> dict[Node, set[Node]]:
    before: dict[Node, set[Node]] = {}
    for node, nexts in after.items():
        for each in nexts:
            before.setdefault(each, set()).add(node)
    return before
