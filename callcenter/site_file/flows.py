"""Versions of flows: a changed definition is a new draft; published ones are what callers hear."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from callcenter.site import Site
from callcenter.site.steps import Flow
from callcenter.site_file.canonical import plain
from callcenter.site_file.changes import digest
from schema.site import FlowRow, FlowVersion


def write(session: Session, site: Site, by: str, now: dt.datetime) -> None:
    """Bring flows up to the site: new drafts for changed ones, those gone retired, none ever deleted."""
    rows = {row.name: row for row in session.scalars(select(FlowRow).where(FlowRow.site == site.name))}
    newest = {version.flow: version for version in _versions(session, site.name)}
    for position, flow in enumerate(site.flows):
        row = rows.pop(flow.name, None) or FlowRow(site=site.name, name=flow.name)
        row.position = position
        session.add(row)
    for row in rows.values():
        row.position = None
        _retire(session, site.name, row.name, "draft", "published")
    session.flush()
    for flow in site.flows:
        _draft(session, site.name, flow, newest.get(flow.name), by, now)


def read(session: Session, site: str, *, published: bool) -> list[FlowVersion]:
    """The site's flows in order, each at its newest version, or at its published one if it has one."""
    rows = session.scalars(select(FlowRow).where(FlowRow.site == site, FlowRow.position.is_not(None)))
    positions = {row.name: row.position for row in rows}
    chosen = {
        version.flow: version
        for version in _versions(session, site)
        if version.flow in positions and (version.state == "published" or not published)
    }
    return sorted(chosen.values(), key=lambda version: positions[version.flow] or 0)


def publish(session: Session, live: Site, now: dt.datetime) -> dict[str, int]:
    """The versions that are live are the published ones, and no others. Gives the numbers of the new ones by flow.

    What was published before is a draft again when nothing newer was saved, else retired.
    """
    versions = _versions(session, live.name)
    newest = {version.flow: version for version in versions}
    flows = {flow.name: plain(flow) for flow in live.flows}
    heard = {version.flow: version for version in versions if version.definition == flows.get(version.flow)}
    for version in versions:
        if version.state == "published" and heard.get(version.flow) is not version:
            version.state = "draft" if newest[version.flow] is version else "retired"
    session.flush()
    fresh = [version for version in heard.values() if version.state != "published"]
    for version in fresh:
        version.state, version.published_at = "published", now
    session.flush()
    return {version.flow: version.number for version in fresh}


def _versions(session: Session, site: str) -> Sequence[FlowVersion]:
    """All versions, the newest of each flow last."""
    wanted = (
        select(FlowVersion).where(FlowVersion.site == site).order_by(FlowVersion.flow, FlowVersion.number)
    )
    return session.scalars(wanted).all()


def _draft(
    session: Session, site: str, flow: Flow, newest: FlowVersion | None, by: str, now: dt.datetime
) -> None:
    made_of = digest(flow)
    if newest is not None and newest.digest == made_of and newest.state != "retired":
        return
    _retire(session, site, flow.name, "draft")
    session.add(
        FlowVersion(
            site=site,
            flow=flow.name,
            number=newest.number + 1 if newest else 1,
            state="draft",
            definition=plain(flow),
            digest=made_of,
            created_at=now,
            created_by=by,
        )
    )
    session.flush()


def _retire(session: Session, site: str, flow: str, *states: str) -> None:
    session.execute(
        update(FlowVersion)
        .where(FlowVersion.site == site, FlowVersion.flow == flow, FlowVersion.state.in_(states))
        .values(state="retired")
    )
