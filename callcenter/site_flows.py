"""Versions of flows: a changed definition is a new draft; published ones are what callers hear."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from callcenter.site import Site
from callcenter.site.steps import Flow
from callcenter.site_canonical import plain
from callcenter.site_changes import digest
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


def publish(session: Session, site: str, now: dt.datetime) -> dict[str, int]:
    """Publish every draft; what was published before is retired. Gives the new numbers by flow."""
    drafts = [version for version in _versions(session, site) if version.state == "draft"]
    for draft in drafts:
        _retire(session, site, draft.flow, "published")
        draft.state = "published"
        draft.published_at = now
        session.flush()
    return {draft.flow: draft.number for draft in drafts}


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
