"""References between parts of a site: what a key names must be there.

One table tells what each key of a step refers to, so a new step kind needs a line here at most.
"""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from typing import NamedTuple

from pydantic import BaseModel

from callcenter.site import Site
from callcenter.site.problems import Path, Problem
from callcenter.site.recording import Consent, RecordingRule, TrunkRule
from callcenter.site.steps import Step

PARTS = {
    "prompts": ("prompt", "name"),
    "flows": ("flow", "name"),
    "queues": ("queue", "name"),
    "calendars": ("calendar", "name"),
    "surveys": ("survey", "name"),
    "mailboxes": ("mailbox", "number"),
    "rooms": ("room", "number"),
    "seats": ("seat", "name"),
    "agents": ("agent", "number"),
    "trunks": ("trunk", "name"),
    "routes": ("route", "name"),
    "peers": ("peer", "name"),
    "music": ("music", "name"),
    "regions": ("region", "name"),
}
"""What a person calls each part, and the key it goes by."""

STEP_KEYS = {
    "prompt": "prompts",
    "prompts": "prompts",
    "greeting": "prompts",
    "confirm": "prompts",
    "before": "prompts",
    "after": "prompts",
    "queue": "queues",
    "calendar": "calendars",
    "survey": "surveys",
    "mailbox": "mailboxes",
    "room": "rooms",
    "seat": "seats",
    "agent": "agents",
    "trunk": "trunks",
}
"""The keys of a step, and of the limits inside it, that name a part."""

RULE_KEYS = {
    "trunks": "trunks",
    "regions": "regions",
    "calendar": "calendars",
    "flow": "flows",
    "queue": "queues",
    "message": "prompts",
}
"""The keys of a rule that name a part."""


class Reference(NamedTuple):
    """At ``path`` stands ``name``, which is to be one of ``part``."""

    path: Path
    part: str
    name: str | None


def references(site: Site) -> Iterator[Problem]:
    """Every reference leads to something."""
    known = {part: [getattr(item, key) for item in getattr(site, part)] for part, (_, key) in PARTS.items()}
    for path, part, name in _all(site):
        if name is not None and name not in known[part]:
            yield Problem(path, _unknown(PARTS[part][0], name, known[part]))


def exit_keys(site: Site) -> Iterator[Problem]:
    """A queue step's keys are keys that leave that queue."""
    leaving = {queue.name: queue.exit_keys for queue in site.queues}
    for path, step in _steps(site):
        if step.kind != "queue" or step.queue not in leaving:
            continue
        for key in step.keys:
            if key not in leaving[step.queue]:
                message = f"key {key} does not leave queue {step.queue}: add it to the queue's exit_keys"
                yield Problem((*path, "keys", key), message)


def _unknown(kind: str, name: str, known: list[str]) -> str:
    near = get_close_matches(name, known, 1)
    return f"there is no {kind} {name}" + (
        f"; did you mean {near[0]}?" if near else ": add it or mend the name"
    )


def _all(site: Site) -> Iterator[Reference]:
    for place, trunk in enumerate(site.trunks):
        yield Reference(("trunks", place, "fallback_flow"), "flows", trunk.fallback_flow)
    for place, did in enumerate(site.dids):
        yield Reference(("dids", place, "flow"), "flows", did.flow)
        yield Reference(("dids", place, "inside_flow"), "flows", did.inside_flow)
        yield Reference(("dids", place, "trunk"), "trunks", did.trunk)
    for path, step in _steps(site):
        yield from _of_step(path, step)
    yield from _of_queues(site)
    yield from _of_rules(site)
    for place, route in enumerate(site.routes):
        yield Reference(("routes", place, "calendar"), "calendars", route.calendar)
        for number, trunk_name in enumerate(route.trunks):
            yield Reference(("routes", place, "trunks", number), "trunks", trunk_name)
    yield from _of_peers(site)
    if site.outbound.alarm:
        yield Reference(("outbound", "alarm", "hours"), "calendars", site.outbound.alarm.hours)
    yield Reference(("sorry",), "prompts", site.sorry)
    yield from _of_recording(site)
    for place, mailbox in enumerate(site.mailboxes):
        yield Reference(("mailboxes", place, "greeting"), "prompts", mailbox.greeting)
    for place, survey in enumerate(site.surveys):
        for key in ("question", "thanks", "wrong_key"):
            yield Reference(("surveys", place, key), "prompts", getattr(survey, key))
        if survey.why:
            yield Reference(("surveys", place, "why", "question"), "prompts", survey.why.question)
        for number, question in enumerate(survey.questions):
            yield Reference(("surveys", place, "questions", number, "question"), "prompts", question.question)


def _of_queues(site: Site) -> Iterator[Reference]:
    for place, queue in enumerate(site.queues):
        for number, member in enumerate(queue.members):
            yield Reference(("queues", place, "members", number, "agent"), "agents", member.agent)
        yield Reference(("queues", place, "music"), "music", queue.music)
        yield Reference(("queues", place, "survey"), "surveys", queue.survey)
        yield Reference(("queues", place, "whisper"), "prompts", queue.whisper)
        if queue.call_back:
            yield Reference(("queues", place, "call_back", "trunk"), "trunks", queue.call_back.trunk)
            yield Reference(("queues", place, "call_back", "intro"), "prompts", queue.call_back.intro)
        for key in ("welcome", "messages") if queue.announce else ():
            for number, name in enumerate(getattr(queue.announce, key)):
                yield Reference(("queues", place, "announce", key, number), "prompts", name)


def _of_peers(site: Site) -> Iterator[Reference]:
    for place, peer in enumerate(site.peers):
        yield Reference(("peers", place, "trunk"), "trunks", peer.trunk)
        for number, route in enumerate(peer.routes):
            yield Reference(("peers", place, "routes", number), "routes", route)
    for place, seat in enumerate(site.seats):
        if seat.site is not None:
            yield Reference(("seats", place, "site"), "peers", seat.site)


def _of_recording(site: Site) -> Iterator[Reference]:
    policy = site.recording
    if policy is None:
        return
    rules: list[tuple[Path, RecordingRule]] = [(("recording",), policy)]
    for part in ("trunks", "queues"):
        for name, rule in getattr(policy, part).items():
            yield Reference(("recording", part, name), part, name)
            rules.append((("recording", part, name), rule))
    for agent in policy.agents:
        yield Reference(("recording", "agents", agent), "agents", agent)
    for where, rule in rules:
        if isinstance(rule.consent, Consent):
            yield Reference((*where, "consent", "prompt"), "prompts", rule.consent.prompt)
        if isinstance(rule, TrunkRule) and rule.outbound and rule.outbound.prompt:
            yield Reference((*where, "outbound", "prompt"), "prompts", rule.outbound.prompt)


def _of_rules(site: Site) -> Iterator[Reference]:
    for place, rule in enumerate(site.rules):
        for key, part in RULE_KEYS.items():
            value = getattr(rule, key)
            if isinstance(value, list):
                yield from (Reference(("rules", place, key, n), part, name) for n, name in enumerate(value))
            else:
                yield Reference(("rules", place, key), part, value)


def _steps(site: Site) -> Iterator[tuple[Path, Step]]:
    for place, flow in enumerate(site.flows):
        for name, step in flow.steps.items():
            yield ("flows", place, "steps", name), step


def _of_step(path: Path, part: BaseModel) -> Iterator[Reference]:
    for key in type(part).model_fields:
        value = getattr(part, key)
        if isinstance(value, BaseModel):
            yield from _of_step((*path, key), value)
        elif key not in STEP_KEYS:
            continue
        elif isinstance(value, list):
            for number, name in enumerate(value):
                yield Reference((*path, key, number), STEP_KEYS[key], name)
        else:
            yield Reference((*path, key), STEP_KEYS[key], value)
