"""The site in the database: saved whole in one transaction, read back exactly as it was written."""

from __future__ import annotations

from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from callcenter.errors import NotFound
from callcenter.ports import Clock
from callcenter.site import Site
from callcenter.site_file import flows as site_flows
from callcenter.site_file import rows as site_rows
from callcenter.site_file.canonical import plain
from callcenter.site_file.changes import Change, changes, digest
from schema.config import Audit
from schema.site import SiteRow

_COLUMNS = ("name", "title", "timezone", "country")
_SETTINGS = (
    "languages",
    "note",
    "sorry",
    "loops",
    "presence",
    "recording",
    "feature_codes",
    "parking_seconds",
    "outbound",
    "bans",
)


@dataclass(frozen=True)
class Saved:
    """What a save changed; nothing when the site was there already, letter by letter."""

    changes: list[Change] = field(default_factory=list)


def save(session: Session, site: Site, by: str, clock: Clock) -> Saved:
    """Write a checked site and an audit row. The caller commits. Other sites are left alone."""
    now = clock()
    row = session.get(SiteRow, site.name, with_for_update=True)
    found = changes(_assemble(session, row) if row else None, site)
    if not found:
        return Saved()
    row = row or SiteRow(name=site.name)
    for column in _COLUMNS:
        setattr(row, column, getattr(site, column))
    row.settings = {key: value for key, value in plain(site).items() if key in _SETTINGS}
    row.digest, row.saved_at, row.saved_by = digest(site), now, by
    session.add(row)
    session.flush()
    site_flows.write(session, site, by, now)
    site_rows.write(session, site)
    detail = {"changes": [str(change) for change in found], "digest": row.digest}
    session.add(Audit(at=now, by=by, action="site.save", subject=site.name, detail=detail))
    session.flush()
    return Saved(found)


def read(session: Session, name: str | None = None, *, published: bool = False) -> Site:
    """A site; ``name`` may be left out when there is one. ``published``: with the flows callers hear.

    A flow that was never published is then left out. Raises NotFound.
    """
    return _assemble(session, _row(session, name), published=published)


class LastRead:
    """The site as last read, for as long as it is the one in the database: thousands of seats take a second."""

    def __init__(self) -> None:
        self._last: tuple[str, Site] | None = None

    def read(self, session: Session) -> Site:
        """What ``read`` gives. May be called by several threads. Raises NotFound."""
        row, last = _row(session, None), self._last
        if last is None or last[0] != row.digest:
            last = self._last = (row.digest, _assemble(session, row))
        return last[1]


def time_zone(session: Session) -> ZoneInfo:
    """The site's, for what people read; UTC while there is no site, or while several differ."""
    zones = set(session.scalars(select(SiteRow.timezone)))
    return ZoneInfo(zones.pop() if len(zones) == 1 else "UTC")


def publish(session: Session, live: Site, by: str, clock: Clock) -> dict[str, int]:
    """Publish the flows that went live, with an audit row. Gives version numbers by flow. The caller commits."""
    now = clock()
    published = site_flows.publish(session, live, now)
    if published:
        detail = {"flows": published}
        session.add(Audit(at=now, by=by, action="site.publish", subject=live.name, detail=detail))
        session.flush()
    return published


def _row(session: Session, name: str | None) -> SiteRow:
    rows = {row.name: row for row in session.scalars(select(SiteRow).order_by(SiteRow.name))}
    if not rows:
        raise NotFound("no site has been loaded: run hotline site load FILE.yaml")
    if name is None and len(rows) > 1:
        raise NotFound(f"there are several sites, name one of: {', '.join(rows)}")
    if name is not None and name not in rows:
        raise NotFound(f"there is no site {name}; there are: {', '.join(rows)}")
    return rows[name] if name is not None else next(iter(rows.values()))


def _assemble(session: Session, row: SiteRow, *, published: bool = False) -> Site:
    own = {column: getattr(row, column) for column in _COLUMNS}
    flows = site_flows.read(session, row.name, published=published)
    parts = site_rows.read(session, row.name)
    return Site.model_validate(
        {**own, **row.settings, **parts, "flows": [version.definition for version in flows]}
    )
