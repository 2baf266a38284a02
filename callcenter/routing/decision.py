"""Where a call goes first, and why: one pure decision on its line, its caller and what is known of them.

In this order: the black list, the VIP list, the site's rules, the dialled number, the trunk's fallback, the
first flow. While everything is closed in emergency, who would reach somebody without any calendar being asked
hears so instead. It never fails.
"""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

from callcenter.routing.known import NOTHING, Known, Listed
from callcenter.routing.numbers import normal
from callcenter.routing.rules import Arrival
from callcenter.site.edge import Did, Trunk
from callcenter.site.routing import Rule
from callcenter.site_file.published import Published


class Entry(NamedTuple):
    """Where a call begins. ``flow`` is empty only when the site has no flow at all."""

    flow: str
    language: str
    reason: str


class Decision(NamedTuple):
    """Where a call was sent, and the reasons in order; ``about`` is ``call`` or the step that asked."""

    about: str
    destination: str
    reasons: tuple[str, ...]


class Way(NamedTuple):
    """How a call begins. ``flow`` is also where a call goes on that was sent straight to ``queue``."""

    decision: Decision
    flow: str
    language: str
    reason: str
    """The last of the reasons."""
    queue: str = ""
    priority: int = 0
    tier: str = ""
    manager: Listed | None = None
    """The entry whose agent is asked before the queue."""
    refused: bool = False
    message: str = ""


def decide(
    published: Published,
    trunk: str,
    did: str,
    caller: str,
    at: dt.datetime,
    known: Known = NOTHING,
) -> Way:
    """The way of a new call at an aware moment."""
    if known is NOTHING and not published.rules:
        return _like_everybody(published, trunk, did)
    entry = route(published, trunk, did)
    told: tuple[str, ...] = (known.trouble,) if known.trouble else ()
    listed = known.entry
    if listed is not None and listed.list == "block":
        return _refused(published, entry, (*told, listed.words), listed.prompt)
    if listed is not None:
        told = (*told, _described(listed))
        if listed.queue in published.queues:
            closing = known.closing_of_all
            if closing is None:
                return _straight(entry, told, listed)
            told = (*told, f"emergency closing by {closing.by}: not straight to queue {listed.queue}")
        elif listed.queue:
            told = (*told, f"there is no queue {listed.queue}")
    if published.rules:
        tier = listed.tier if listed else ""
        arrival = Arrival(trunk, did, normal(caller, published.site.country), entry.language, tier)
        for rule in published.rules:
            why = rule.why(arrival, lambda calendar: calendar_state(published, calendar, at, known))
            if why is not None:
                reasons = (*told, f"rule {rule.rule.name}: {why}")
                return _unless_closed(
                    published, _ruled(rule.rule, published, entry, reasons, listed), known, rule.rule
                )
    return _unless_closed(published, _opened(entry, (*told, entry.reason), listed), known)


def _like_everybody(published: Published, trunk: str, did: str) -> Way:
    """The way of a caller of whom nothing is known; kept for the site's own numbers and trunks alone."""
    way: Way | None = published.ways.get((trunk, did))
    if way is None:
        entry = route(published, trunk, did)
        way = _opened(entry, (entry.reason,))
        if trunk in published.trunks and did in published.by_number:
            published.ways[trunk, did] = way
    return way


def _unless_closed(published: Published, way: Way, known: Known, rule: Rule | None = None) -> Way:
    """The way, unless all is closed and nothing on it asks a calendar, which would know."""
    closing = known.closing_of_all
    asks = rule is not None and rule.calendar is not None
    if closing is None or asks or way.refused or way.message:
        return way
    if not way.queue and way.flow in published.closing_by_themselves:
        return way
    why = f"emergency closing of all by {closing.by}: {way.decision.destination} asks no calendar"
    reasons = (*way.decision.reasons, why)
    message = next((each for each in (closing.prompt, published.site.sorry) if each in published.prompts), "")
    decision = Decision("call", f"message {message}" if message else "busy", reasons)
    return Way(decision, way.flow, way.language, why, refused=not message, message=message)


def route(published: Published, trunk: str, did: str) -> Entry:
    """The flow of the line and the number. Never fails: an unknown number goes to the trunk's fallback, then the
    first flow.

    The number on this very trunk goes before the number on any trunk; a call from a seat, which is on no
    trunk, reaches the number wherever it belongs. The language is the number's own,
    else the trunk's, else the flow's.
    """
    line = published.trunks.get(trunk)
    found = published.dids.get((trunk, did)) or published.dids.get((None, did))
    if found is None and line is None:
        found = published.by_number.get(did)
    if found is not None and line is None and found.inside_flow in published.flows:
        reason = f"number {did} opens flow {found.inside_flow} for callers from inside"
        return _entry(published, str(found.inside_flow), found, None, reason)
    if found is not None and found.flow in published.flows:
        reason = f"{_opening(found, trunk, line)} flow {found.flow}"
        return _entry(published, found.flow, found, line, reason)
    if line is not None and line.fallback_flow in published.flows:
        reason = f"number {did} is not known: trunk {trunk} falls back to flow {line.fallback_flow}"
        return _entry(published, str(line.fallback_flow), None, line, reason)
    first = next(iter(published.flows), "")
    what = f"neither number {did} nor trunk {trunk} names a flow" if trunk else f"number {did} names no flow"
    reason = f"{what}: the site's first flow is taken"
    return _entry(published, first, None, line, reason)


def _opening(found: Did, trunk: str, line: Trunk | None) -> str:
    """The number as it stands to the line the call itself came on."""
    if found.trunk is None:
        return f"number {found.number} on any trunk opens"
    if line is not None:
        return f"number {found.number} on trunk {found.trunk} opens"
    came = f"trunk {trunk} is not known" if trunk else "from inside"
    return f"{came}: the number of trunk {found.trunk} is taken and opens"


def _entry(published: Published, flow: str, did: Did | None, trunk: Trunk | None, reason: str) -> Entry:
    language = (did and did.language) or (trunk and trunk.language)
    if not language:
        language = published.flows[flow].language if flow else published.site.languages[0]
    return Entry(flow, language, reason)


def queue_words(queue: str, priority: int) -> str:
    """``queue gold, priority 10``."""
    return f"queue {queue}" + (f", priority {priority}" if priority else "")


def _described(listed: Listed) -> str:
    tier = f" (tier {listed.tier})" if listed.tier else ""
    return listed.words + tier


def _opened(entry: Entry, reasons: tuple[str, ...], listed: Listed | None = None) -> Way:
    priority, tier = (listed.priority, listed.tier) if listed else (0, "")
    destination = f"flow {entry.flow}" + (f", priority {priority}" if priority else "")
    decision = Decision("call", destination, reasons)
    return Way(decision, entry.flow, entry.language, reasons[-1], priority=priority, tier=tier)


def _refused(published: Published, entry: Entry, reasons: tuple[str, ...], prompt: str) -> Way:
    message = prompt if prompt in published.prompts else ""
    decision = Decision("call", f"message {message}" if message else "busy", reasons)
    return Way(decision, entry.flow, entry.language, reasons[-1], refused=not message, message=message)


def _straight(entry: Entry, reasons: tuple[str, ...], listed: Listed) -> Way:
    queue = queue_words(listed.queue, listed.priority)
    manager = listed if listed.agent else None
    destination = f"manager {listed.agent}, then {queue}" if manager else queue
    return Way(
        Decision("call", destination, reasons),
        entry.flow,
        entry.language,
        reasons[-1],
        listed.queue,
        listed.priority,
        listed.tier,
        manager,
    )


def _ruled(
    rule: Rule, published: Published, entry: Entry, reasons: tuple[str, ...], listed: Listed | None
) -> Way:
    language = rule.language or entry.language
    if rule.refuse or rule.message:
        return _refused(published, entry._replace(language=language), reasons, rule.message or "")
    priority = max(rule.priority, listed.priority if listed else 0)
    tier = listed.tier if listed else ""
    if rule.queue:
        decision = Decision("call", queue_words(rule.queue, priority), reasons)
        return Way(decision, entry.flow, language, reasons[-1], rule.queue, priority, tier)
    flow = rule.flow if rule.flow in published.flows else entry.flow
    destination = f"flow {flow}" + (f", priority {priority}" if priority else "")
    decision = Decision("call", destination, reasons)
    return Way(decision, str(flow), language, reasons[-1], priority=priority, tier=tier)


def calendar_state(
    published: Published, calendar: str, at: dt.datetime, known: Known
) -> tuple[str | None, str]:
    """What a calendar says at an aware moment, and why; an emergency closing goes before its hours."""
    if known.closings and (closing := known.closing_of(calendar)):
        since = f"{closing.began_at.astimezone(published.zone):%Y-%m-%d %H:%M}"
        return "closed", f"calendar {calendar} is closed: emergency closing since {since} by {closing.by}"
    state = published.calendar_state(calendar, at)
    if state is None:
        return None, f"there is no calendar {calendar}"
    return state.name, f"calendar {calendar} is {state.name}: {state.reason}"
