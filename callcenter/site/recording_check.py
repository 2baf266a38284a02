"""What the recording rules ask of calls out, where nobody can be asked."""

from __future__ import annotations

from collections.abc import Iterator

from callcenter.recording_policy import agent_percents, outbound_terms
from callcenter.site import Site
from callcenter.site.problems import Path, Problem


def recording(site: Site) -> Iterator[Problem]:
    """On a trunk that calls go out by, who is called is told of the recording, or is not recorded: by one rule each."""
    reported: set[Path] = set()
    for trunk in dict.fromkeys(name for route in site.routes for name in route.trunks):
        found = outbound_terms(site, trunk)
        where = _consent(site, trunk)
        recorded = any(percent > 0 for percent in (found.percent, *agent_percents(site).values()))
        if found.consent is None or found.consent.answer == "none" or not recorded or where in reported:
            continue
        reported.add(where)
        yield Problem(
            where,
            f"calls out by trunk {trunk} are under this rule, and who is called can't be asked for a key: beside "
            "consent write outbound: {prompt: NAME} to tell them, or outbound: {percent: 0} to record no call out",
        )


def _consent(site: Site, trunk: str) -> Path:
    policy = site.recording
    own = policy is not None and trunk in policy.trunks and policy.trunks[trunk].consent is not None
    return ("recording", "trunks", trunk, "consent") if own else ("recording", "consent")
