"""Rules on routing: each rule leads to one place, the end of loops is there, personal queues' names are free."""

from __future__ import annotations

import re
from collections.abc import Iterator

from callcenter.site import Site
from callcenter.site.hours import CALENDAR_CASES
from callcenter.site.problems import Path, Problem
from callcenter.site.routing import Rule

DESTINATIONS = ("flow", "queue", "message", "refuse")
CONDITIONS = ("trunks", "numbers", "callers", "regions", "tiers", "languages", "hidden", "calendar")
_PERSONAL = re.compile("agent_[0-9]+")


def routes(site: Site) -> Iterator[Problem]:
    """Everything about who gets a call."""
    for place, rule in enumerate(site.rules):
        yield from _rule(("rules", place), rule, site)
        if not any(getattr(rule, key) for key in CONDITIONS) and place < len(site.rules) - 1:
            message = f"{rule.name} holds for every call: the rules after it are never asked"
            yield Problem(("rules", place), message, warning=True)
    flow, _, step = site.loops.then.partition("/")
    steps = {each.name: each.steps for each in site.flows}
    if flow != "@hangup" and (flow not in steps or (step and step not in steps[flow])):
        yield Problem(("loops", "then"), f"there is no step {site.loops.then}: name a flow/step or @hangup")
    for place, queue in enumerate(site.queues):
        if _PERSONAL.fullmatch(queue.name):
            message = f"{queue.name} is the name of an agent's own queue: give another"
            yield Problem(("queues", place, "name"), message)


def _rule(path: Path, rule: Rule, site: Site) -> Iterator[Problem]:
    if [bool(getattr(rule, key)) for key in DESTINATIONS].count(True) != 1:
        yield Problem(path, f"{rule.name} leads nowhere: give exactly one of {', '.join(DESTINATIONS)}")
    if (rule.calendar is None) != (not rule.states):
        yield Problem(path, f"{rule.name}: calendar and states go together")
    for calendar in site.calendars:
        if calendar.name == rule.calendar:
            for place, state in enumerate(rule.states):
                if state not in CALENDAR_CASES and state not in calendar.periods:
                    message = f"calendar {calendar.name} is never {state}: it has no such period"
                    yield Problem((*path, "states", place), message)
    if rule.hidden and (rule.callers or rule.regions or rule.tiers):
        yield Problem((*path, "hidden"), f"{rule.name}: a caller without a number has no region and no tier")
