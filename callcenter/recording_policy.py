"""Is this call recorded, and on what terms? One pure answer, with its reason.

The FastAGI script asks before the queue, when the agent isn't known yet: agents with a percentage of their own
are looked at by the rendered dialplan when their phone rings, with the number that the call drew. The listener
asks once more when the leg has ended, to say why there is no file. All come to the same answer.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal, NamedTuple, get_args

from callcenter.site import Site
from callcenter.site.recording import AgentRule, Consent, Format, RecordingRule, Sides

Answer = Literal["told", "agreed", "refused", "silent"]
"""What became of the question: told (there is none), agreed, refused, or no key was pressed."""
_ANSWERS: tuple[Answer, ...] = get_args(Answer)


@dataclass(frozen=True, slots=True)
class Terms:
    """What holds for one call, or one agent's part of it. ``by`` says who set the percentage."""

    percent: int
    by: str
    sides: Sides
    format: Format
    retention_days: int
    pause_seconds: int
    consent: Consent | None


@dataclass(frozen=True, slots=True)
class Decision:
    """Recorded or not, and why, in one sentence part."""

    record: bool
    reason: str


def terms(site: Site, trunk: str | None, queue: str | None, agent: str | None = None) -> Terms:
    """The terms, the most particular rule first."""
    rules = list(_rules(site, trunk, queue, agent))
    kept_as = _first(rules, "format", "wav")
    percent, by = next(((rule.percent, by) for by, rule in rules if rule.percent is not None), (100, "site"))
    return Terms(
        percent=percent,
        by=by,
        sides="mixed" if kept_as == "wav49" else _first(rules, "sides", "stereo"),
        format=kept_as,
        retention_days=_first(rules, "retention_days", 0),
        pause_seconds=_first(rules, "pause_seconds", 120),
        consent=None if _is_inside(trunk, queue) else _consent(rules),
    )


def draw(call_id: str) -> int:
    """The call's number from 0 to 99: below a percentage it is recorded. The same whoever asks, whenever."""
    return int.from_bytes(hashlib.sha256(call_id.encode()).digest()[:4]) % 100


def decide(found: Terms, call_id: str, answer: Answer | None = None) -> Decision:
    """Whether it is recorded. ``answer``: what the caller said, None when they weren't asked."""
    drawn = draw(call_id)
    if found.percent == 0:
        return Decision(False, f"{found.by}: never recorded")
    if drawn >= found.percent:
        return Decision(False, f"{found.by}: {found.percent} % are recorded, this call drew {drawn}")
    if found.consent is not None:
        refusal = _refusal(found.consent, answer)
        if refusal:
            return Decision(False, refusal)
    if found.percent < 100:
        return Decision(True, f"{found.by}: {found.percent} % are recorded, this call drew {drawn}")
    return Decision(True, f"{found.by}: always recorded")


class Direct(NamedTuple):
    """A call without a queue: whether the leg of the agent who calls is recorded, that of the one who is rung, and
    what who is called outside hears of it first."""

    own: Decision
    theirs: Decision
    prompt: str | None = None

    @property
    def reason(self) -> str:
        """Why, for both."""
        return "; ".join(dict.fromkeys((self.own.reason, self.theirs.reason)))


def direct(site: Site, call_id: str, trunk: str | None, own: str, theirs: str) -> Direct:
    """For a call from agent ``own`` out by ``trunk``, or inside (None) to agent ``theirs``; empty: no agent there.

    Who is called outside can be told, and can't be asked.
    """

    def of(agent: str) -> Terms:
        return outbound_terms(site, trunk, agent) if trunk else terms(site, None, None, agent)

    decided = [_direct(of(agent), call_id, agent) for agent in (own, theirs)]
    consent = of(own).consent
    return Direct(decided[0], decided[1], consent.prompt if consent and decided[0].record else None)


def outbound_terms(site: Site, trunk: str | None, agent: str | None = None) -> Terms:
    """The terms of a call that goes out: the trunk's own rule for such calls, else the site's, before the others."""
    found, policy = terms(site, trunk, None, agent), site.recording
    if policy is None:
        return found
    ruled = policy.trunks.get(trunk or "")
    rule = (ruled and ruled.outbound) or policy.outbound
    if rule is None:
        return found
    if rule.percent is not None and agent not in agent_percents(site):
        found = replace(found, percent=rule.percent, by="calls out")
    if rule.prompt or rule.without_consent:
        found = replace(found, consent=Consent(prompt=rule.prompt) if rule.prompt else None)
    return found


def _direct(found: Terms, call_id: str, agent: str) -> Decision:
    if not agent:
        return Decision(False, "no agent there")
    if found.consent and found.consent.answer != "none":
        return Decision(False, "who is called outside can't be asked")
    return decide(found, call_id, "told")


def answer_of(text: str | None) -> Answer | None:
    """An answer as it was kept; None for anything else."""
    return next((answer for answer in _ANSWERS if answer == text), None)


def consent_to_ask(site: Site, trunk: str | None, queue: str | None, call_id: str) -> Consent | None:
    """What has to be said before the queue; None when nothing, or when no agent there could be recorded."""
    found = terms(site, trunk, queue)
    drawn = draw(call_id)
    percents = [found.percent, *agent_percents(site).values()]
    return found.consent if any(drawn < percent for percent in percents) else None


def agent_percents(site: Site) -> dict[str, int]:
    """The agents with a percentage of their own."""
    rules = site.recording.agents if site.recording else {}
    return {agent: rule.percent for agent, rule in rules.items() if rule.percent is not None}


def formats(site: Site) -> set[str]:
    """Every format that a recording may be kept in."""
    policy = site.recording
    if policy is None:
        return {"wav"}
    rules = [
        policy,
        policy.inside or AgentRule(),
        *policy.trunks.values(),
        *policy.queues.values(),
        *policy.agents.values(),
    ]
    return {rule.format or "wav" for rule in rules}


def agents_may_differ(consent: Consent | None, answer: Answer | None) -> bool:
    """Whether the agents' own percentages count: not for a caller who must not be recorded at all."""
    return consent is None or not _refusal(consent, answer)


def static_decision(site: Site, trunk: str | None, queue: str) -> Decision:
    """For a call that the static menu brought to the queue while Hotline was away: nobody can be asked there."""
    found = terms(site, trunk, queue)
    if found.percent == 0:
        return Decision(False, f"{found.by}: never recorded, and the static menu served the call")
    if found.consent is not None:
        return Decision(False, "the static menu served the call: nobody told the caller")
    return Decision(True, "the static menu served the call")


def static_trunks(site: Site, queue: str) -> list[str]:
    """The trunks whose calls the static menu has recorded in the queue; an empty name for calls from inside."""
    others = static_decision(site, None, queue).record
    ruled = site.recording.trunks if site.recording else {}
    recorded = {name: static_decision(site, name, queue).record for name in ruled}
    return [name for name in ("", *(trunk.name for trunk in site.trunks)) if recorded.get(name, others)]


def _rules(
    site: Site, trunk: str | None, queue: str | None, agent: str | None
) -> Iterator[tuple[str, AgentRule]]:
    policy = site.recording
    if policy and agent in policy.agents:
        yield f"agent {agent}", policy.agents[agent or ""]
    if policy and queue in policy.queues:
        yield f"queue {queue}", policy.queues[queue or ""]
    if any(each.name == queue and not each.record for each in site.queues):
        yield f"queue {queue}", AgentRule(percent=0)
    if policy and policy.inside and _is_inside(trunk, queue):
        yield "calls inside", policy.inside
    if policy and trunk in policy.trunks:
        yield f"trunk {trunk}", policy.trunks[trunk or ""]
    if policy:
        yield "site", policy


def _is_inside(trunk: str | None, queue: str | None) -> bool:
    """Between the house's own phones, where nobody has to be told."""
    return not trunk and not queue


def _first(rules: list[tuple[str, AgentRule]], field: str, default: Any) -> Any:
    said = (getattr(rule, field, None) for _, rule in rules)
    return next((value for value in said if value is not None), default)


def _consent(rules: list[tuple[str, AgentRule]]) -> Consent | None:
    for _, rule in rules:
        if isinstance(rule, RecordingRule) and (rule.consent or rule.without_consent):
            return None if rule.without_consent else rule.consent
    return None


def _refusal(consent: Consent, answer: Answer | None) -> str:
    """Why the caller must not be recorded, empty when they may be."""
    if answer is None:
        return "the caller was not told"
    if answer == "refused":
        return "the caller refused"
    if answer == "silent" and consent.answer == "agree":
        return "the caller did not agree"
    return ""
