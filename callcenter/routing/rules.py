"""A site's routing rules made ready: does one hold for a call, and in which words?"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from callcenter.routing.numbers import normal
from callcenter.site import Site
from callcenter.site.routing import Rule

StateOf = Callable[[str], tuple[str | None, str]]
"""A calendar's state now, and why."""


class Arrival(NamedTuple):
    """A call as rules see it; ``caller`` in its one form, empty when hidden."""

    trunk: str
    did: str
    caller: str
    language: str
    tier: str


class ReadyRule:
    """One rule, its numbers in their one form."""

    def __init__(self, rule: Rule, site: Site) -> None:
        self.rule = rule
        self._exact = {normal(each, site.country) for each in rule.callers if not each.endswith("*")}
        self._begins = [
            (normal(each[:-1], site.country), each) for each in rule.callers if each.endswith("*")
        ]
        wanted = [region for region in site.regions if region.name in rule.regions]
        self._regions = [
            (normal(prefix, site.country), region.name) for region in wanted for prefix in region.prefixes
        ]

    def why(self, arrival: Arrival, state_of: StateOf) -> str | None:
        """What makes it hold, in words; None when a condition does not hold."""
        words = []
        for holds in self._conditions(arrival, state_of):
            if holds is None:
                return None
            words.append(holds)
        return ", ".join(words) or "every call"

    def _conditions(self, arrival: Arrival, state_of: StateOf) -> Iterator[str | None]:
        rule = self.rule
        if rule.trunks:
            yield _among(rule.trunks, arrival.trunk, "trunk")
        if rule.numbers:
            yield _among(rule.numbers, arrival.did, "number")
        if rule.languages:
            yield _among(rule.languages, arrival.language, "language")
        if rule.tiers:
            yield _among(rule.tiers, arrival.tier, "tier")
        if rule.hidden:
            yield None if arrival.caller else "caller without a number"
        if rule.callers:
            yield self._caller(arrival.caller)
        if rule.regions:
            region = _begun(self._regions, arrival.caller)
            yield region and f"region {region}"
        if rule.calendar:
            state, reason = state_of(rule.calendar)
            yield reason if state in rule.states else None

    def _caller(self, caller: str) -> str | None:
        pattern = caller if caller and caller in self._exact else _begun(self._begins, caller)
        return pattern and f"caller {pattern}"


def ready(site: Site) -> tuple[ReadyRule, ...]:
    """All rules of a site, in order."""
    return tuple(ReadyRule(rule, site) for rule in site.rules)


def _among(wanted: Iterable[str], value: str, what: str) -> str | None:
    return f"{what} {value}" if value in wanted else None


def _begun(named: Iterable[tuple[str, str]], caller: str) -> str | None:
    """The name of the longest beginning that the caller's number has."""
    found = [(len(prefix), name) for prefix, name in named if caller and caller.startswith(prefix)]
    return max(found)[1] if found else None
