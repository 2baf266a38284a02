"""``hotline gaps list``: when something was not seen, and what was put right afterwards."""

from __future__ import annotations

from typing import Any

import click
from sqlalchemy import select

from callcenter.calls.page import columns
from callcenter.ports import App
from callcenter.printing import as_json, print_rows
from callcenter.site_file.store import time_zone
from schema.calls import Gap


@click.group()
def gaps() -> None:
    """Times in which something was not seen."""


@gaps.command("list")
@click.option("--last", default=20, show_default=True, type=click.IntRange(1), help="how many")
@as_json
@click.pass_obj
def list_gaps(app: App, last: int, json_wanted: bool) -> None:
    """The newest gaps: who was away, from when to when, why, and what was put right."""
    with app.sessions(read_only=True)() as session:
        found = session.scalars(select(Gap).order_by(Gap.began_at.desc()).limit(last))
        zone = None if json_wanted else time_zone(session)
        rows = [columns(gap, zone) for gap in found]
    if not json_wanted:
        rows = [row | {"put right": _words(row["found"])} for row in rows]
    print_rows(rows, ("source", "began_at", "ended_at", "reason", "put right"), json_wanted, zone)


def _words(found: dict[str, Any]) -> str | None:
    return ", ".join(f"{count} {kind}" for kind, count in found.items() if count) or None
