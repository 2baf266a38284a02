"""Which flows ask a calendar before they lead a caller to anybody."""

from __future__ import annotations

from collections.abc import Iterator

from callcenter.flow_review.graph import Node, nodes_of, targets
from callcenter.site import Site, steps
from callcenter.site.steps import Step

PEOPLE = (steps.QueueCall, steps.DialSeat, steps.DialAgent, steps.DialOutside, steps.ConferenceStep)
"""Kinds that lead to somebody, now."""


def closed_by_calendars(site: Site) -> frozenset[str]:
    """The flows in which a calendar is asked on every way from the start to somebody."""
    flows = {flow.name: flow for flow in site.flows}

    def onward(node: Node) -> Iterator[Node]:
        flow = flows[node[0]]
        step = flow.steps[node[1]]
        for _, target in () if _asks(step) else targets(step):
            yield from nodes_of(flow, node[1], target, flows)

    def reaches_somebody(begin: Node) -> bool:
        seen, waiting = {begin}, [begin]
        while waiting:
            node = waiting.pop()
            if isinstance(flows[node[0]].steps[node[1]], PEOPLE):
                return True
            new = set(onward(node)) - seen
            seen |= new
            waiting += new
        return False

    return frozenset(flow.name for flow in site.flows if not reaches_somebody((flow.name, flow.start)))


def _asks(step: Step) -> bool:
    return isinstance(step, steps.Branch) and step.on == "calendar"
