"""A site's parts as rows, and back without loss. Flows are in ``callcenter/site_file/flows.py``.

A table's own columns are filled from the part's fields of the same names; what is left of the part,
without its defaults, goes into ``settings``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from callcenter.site import Site
from callcenter.site.words import Part
from callcenter.site_file.canonical import plain
from schema.agents import PauseReasonRow
from schema.desks import RouteRow
from schema.peers import PeerRow
from schema.routing import RegionRow, RuleRow
from schema.site import (
    AgentRow,
    BoardRow,
    CalendarExceptionRow,
    CalendarRow,
    DidRow,
    MailboxRow,
    MusicRow,
    PromptRow,
    QueueMemberRow,
    QueueRow,
    RoomRow,
    SeatRow,
    SitePart,
    SurveyRow,
    TrunkRow,
)

Row = type[SitePart]
Values = dict[str, Any]

_EVERY_ROW = ("site", "position", "settings")


@dataclass(frozen=True)
class Kind:
    """One list of the site and its table; ``children`` is a list inside each part, in a table of its own."""

    part: str
    row: Row
    children: str = ""
    child_row: Row | None = None
    parent: str = ""
    """The child table's column that names the part."""


KINDS = (
    Kind("trunks", TrunkRow),
    Kind("boards", BoardRow),
    Kind("dids", DidRow),
    Kind("routes", RouteRow),
    Kind("peers", PeerRow),
    Kind("calendars", CalendarRow, "exceptions", CalendarExceptionRow, "calendar"),
    Kind("prompts", PromptRow),
    Kind("music", MusicRow),
    Kind("surveys", SurveyRow),
    Kind("agents", AgentRow),
    Kind("queues", QueueRow, "members", QueueMemberRow, "queue"),
    Kind("regions", RegionRow),
    Kind("rules", RuleRow),
    Kind("mailboxes", MailboxRow),
    Kind("rooms", RoomRow),
    Kind("seats", SeatRow),
    Kind("pause_reasons", PauseReasonRow),
)
"""In an order in which rows may be written: what others refer to comes first."""


def write(session: Session, site: Site) -> None:
    """Replace all rows of the site's parts. The site's own row and its flows are there already."""
    for kind in reversed(KINDS):
        for row in filter(None, (kind.child_row, kind.row)):
            session.execute(delete(row).where(row.site == site.name))
    for kind in KINDS:
        parts: Sequence[Part] = getattr(site, kind.part)
        _insert(
            session,
            kind.row,
            [_values(kind.row, part, n, kind.children) for n, part in enumerate(parts)],
            site,
        )
        if kind.child_row is not None:
            _insert(session, kind.child_row, list(_child_values(kind, kind.child_row, parts)), site)


def read(session: Session, name: str) -> dict[str, list[Values]]:
    """All parts of a site but its flows, as the typed site takes them."""
    return {kind.part: _parts(session, name, kind) for kind in KINDS}


def _insert(session: Session, row: Row, values: list[Values], site: Site) -> None:
    if values:
        session.execute(insert(row), [{"site": site.name, **value} for value in values])


def _columns(row: Row, parent: str = "") -> tuple[str, ...]:
    """The columns of a table of parts that are fields of the part."""
    table: Any = row
    names = table.__table__.columns.keys()
    return tuple(column for column in names if column not in (*_EVERY_ROW, parent))


def _values(row: Row, part: Part, position: int, children: str = "", parent: str = "") -> Values:
    own = {column: getattr(part, column) for column in _columns(row, parent)}
    rest = {key: value for key, value in plain(part).items() if key not in own and key != children}
    return {"position": position, "settings": rest, **own}


def _child_values(kind: Kind, row: Row, parts: Sequence[Any]) -> Iterator[Values]:
    for part in parts:
        for position, child in enumerate(getattr(part, kind.children)):
            yield {kind.parent: part.name, **_values(row, child, position, parent=kind.parent)}


def _parts(session: Session, name: str, kind: Kind) -> list[Values]:
    parts = [part for _, part in _read(session, name, kind.row)]
    if kind.child_row is None:
        return parts
    children: dict[str, list[Values]] = {}
    for parent, child in _read(session, name, kind.child_row, kind.parent):
        children.setdefault(parent, []).append(child)
    return [part | {kind.children: children.get(part["name"], [])} for part in parts]


def _read(session: Session, name: str, row: Row, parent: str = "") -> Iterator[tuple[str, Values]]:
    """Each row's parent, if it has one, and its part. Columns and not objects: there are ten thousands of seats."""
    columns = _columns(row, parent)
    wanted = (getattr(row, parent or "site"), row.settings, *(getattr(row, column) for column in columns))
    found = session.execute(select(*wanted).where(row.site == name).order_by(row.position))
    for above, settings, *own in found:
        filled = {column: value for column, value in zip(columns, own, strict=True) if value is not None}
        yield above, {**settings, **filled}
