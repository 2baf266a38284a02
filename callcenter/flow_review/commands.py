"""``hotline flows list|diff``: the versions of flows, and what differs between two."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from callcenter.calls.page import columns
from callcenter.errors import NotFound
from callcenter.flow_review.diff import differences
from callcenter.ports import App
from callcenter.printing import as_json, print_json, print_rows
from callcenter.site_file.store import time_zone
from schema.site import FlowVersion

COLUMNS = ("flow", "number", "state", "created_at", "created_by", "published_at")


@click.group()
def flows() -> None:
    """Flows and their versions."""


@flows.command("list")
@click.argument("name", required=False)
@as_json
@click.pass_obj
def list_flows(app: App, name: str | None, json_wanted: bool) -> None:
    """Every version of flow NAME, or of all flows."""
    with app.sessions(read_only=True)() as session:
        zone = None if json_wanted else time_zone(session)
        rows = [columns(version, zone) for version in _versions(session, name)]
    print_rows([{key: row[key] for key in COLUMNS} for row in rows], COLUMNS, json_wanted, zone)


@flows.command("diff")
@click.argument("name")
@click.argument("a", type=int)
@click.argument("b", type=int, required=False)
@as_json
@click.pass_obj
def diff_flows(app: App, name: str, a: int, b: int | None, json_wanted: bool) -> None:
    """What version B of flow NAME (the newest, if left out) has other than version A. Exit code 0 either way."""
    with app.sessions(read_only=True)() as session:
        versions = {version.number: version.definition for version in _versions(session, name)}
    b = max(versions) if b is None else b
    if missing := [str(number) for number in (a, b) if number not in versions]:
        raise NotFound(f"flow {name} has no version {missing[0]}; see hotline flows list {name}")
    found = differences(versions[a], versions[b])
    if json_wanted:
        print_json({"flow": name, "from": a, "to": b, "differences": [asdict(one) for one in found]})
        return
    click.echo("\n".join(line for one in found for line in one.lines()) or "nothing differs")


def _versions(session: Session, name: str | None) -> Sequence[FlowVersion]:
    wanted = select(FlowVersion).order_by(FlowVersion.site, FlowVersion.flow, FlowVersion.number)
    if name is not None:
        wanted = wanted.where(FlowVersion.flow == name)
    found = session.scalars(wanted).all()
    if name is not None and not found:
        raise NotFound(f"there is no flow {name}; see hotline flows list")
    return found
