"""Which flow a call opens, by the line it came in on and the number that was dialled."""

from __future__ import annotations

from typing import NamedTuple

from callcenter.published import Published
from callcenter.site.edge import Did, Trunk


class Entry(NamedTuple):
    """Where a call begins. ``flow`` is empty only when the site has no flow at all."""

    flow: str
    language: str
    reason: str


def route(published: Published, trunk: str, did: str) -> Entry:
    """The entry of a call. Never fails: an unknown number goes to the trunk's fallback, then the first flow.

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
        where = f"on trunk {found.trunk}" if found.trunk else "on any trunk"
        return _entry(published, found.flow, found, line, f"number {did} {where} opens flow {found.flow}")
    if line is not None and line.fallback_flow in published.flows:
        reason = f"number {did} is not known: trunk {trunk} falls back to flow {line.fallback_flow}"
        return _entry(published, str(line.fallback_flow), None, line, reason)
    first = next(iter(published.flows), "")
    reason = f"neither number {did} nor trunk {trunk} names a flow: the site's first flow is taken"
    return _entry(published, first, None, line, reason)


def _entry(published: Published, flow: str, did: Did | None, trunk: Trunk | None, reason: str) -> Entry:
    language = (did and did.language) or (trunk and trunk.language)
    if not language:
        language = published.flows[flow].language if flow else published.site.languages[0]
    return Entry(flow, language, reason)
