"""``hotline recordings list|show|audit``, and the commands of its neighbours."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from callcenter.calls.newest_recordings import newest
from callcenter.calls.page import columns, seconds
from callcenter.errors import HotlineError, NotFound
from callcenter.ports import App
from callcenter.printing import as_json, print_json, print_rows
from callcenter.site_file.store import time_zone
from recordings.catalogue import Catalogue
from recordings.copying import copy_of
from recordings.finishing import Finisher
from recordings.integrity import audit, repair
from recordings.keeping_commands import delete, expire, export, hold, release
from recordings.pause_commands import pause, resume
from recordings.policy import LegPolicy
from recordings.store import store_of
from schema.calls import Recording
from schema.recording_copies import RecordingCopy

LISTED = ("id", "started_at", "call_id", "agent", "queue", "state", "duration_ms", "path")


@click.group()
def recordings() -> None:
    """Recordings and their audit."""


@recordings.command("list")
@click.option("--last", default=20, show_default=True, type=click.IntRange(1), help="how many")
@click.option("--call", "call_id", help="only those of this call")
@click.option("--agent", help="only this agent's")
@as_json
@click.pass_obj
def list_recordings(app: App, last: int, call_id: str | None, agent: str | None, json_wanted: bool) -> None:
    """The newest recordings."""
    with app.sessions(read_only=True)() as session:
        zone = None if json_wanted else time_zone(session)
        rows = [columns(row, zone) for row in newest(session, last, call_id, agent)]
    print_rows(rows, LISTED, json_wanted, zone)


@recordings.command("show")
@click.argument("number", metavar="ID", type=int)
@click.option("--link", is_flag=True, help="a link to its copy in the object store, for a quarter of an hour")
@as_json
@click.pass_obj
def show_recording(app: App, number: int, link: bool, json_wanted: bool) -> None:
    """One recording: whose, how long, and where its file is."""
    with app.sessions(read_only=True)() as session:
        row, copy = session.get(Recording, number), copy_of(session, number)
    if row is None:
        raise NotFound(f"there is no recording {number}; see hotline recordings list")
    facts = columns(row) | {"file": _file(app, row), "copy": copy.address if copy else None, "link": None}
    if copy is not None and copy.local_gone_at is not None:
        facts["file"] = None
    if link:
        facts["link"] = _link(app, copy)
    if json_wanted:
        print_json(facts)
        return
    click.echo(f"recording {row.id} of call {row.call_id}: {row.state}, {seconds(row.duration_ms)}")
    for name in (
        "agent",
        "queue",
        "started_at",
        "reason",
        "file",
        "copy",
        "link",
        "bytes",
        "sha256",
        "sides",
        "held_by",
        "held_at",
        "released_at",
        "copied_at",
        "deleted_at",
    ):
        if facts[name] is not None:
            click.echo(f"  {name:<11}  {facts[name]}")
    for gap in row.gaps or []:
        click.echo(f"  paused       {gap['from']} to {gap['to']} by {gap['by']}, ended by {gap['ended_by']}")


@recordings.command("audit")
@click.option("--repair", "mend", is_flag=True, help="first finish the parts that a dead process left")
@as_json
@click.pass_obj
def audit_recordings(app: App, mend: bool, json_wanted: bool) -> None:
    """Hold calls, rows and files against each other. Exit code 1 when something does not agree."""
    folder = app.settings.recordings
    repaired = _repair(app, folder) if mend else 0
    recorded = {queue.name for queue in app.site().queues if queue.record}
    with app.sessions(read_only=True)() as session:
        found = audit(session, folder, recorded)
    if json_wanted:
        print_json({"repaired": repaired, "findings": [asdict(finding) for finding in found]})
    else:
        _print_audit([asdict(finding) for finding in found], repaired)
    if found:
        raise click.exceptions.Exit(1)


for command in (pause, resume, hold, release, delete, expire, export):
    recordings.add_command(command)


def _repair(app: App, folder: Path) -> int:
    catalogue = Catalogue(app.sessions(), folder)
    finisher = Finisher(catalogue, app.settings.spool, LegPolicy(app.site()))
    return repair(app.sessions(read_only=True), finisher, folder)


def _print_audit(findings: list[dict[str, Any]], repaired: int) -> None:
    if repaired:
        click.echo(f"{repaired} recordings finished that a dead process had left")
    if findings:
        print_rows(findings, ("kind", "subject", "detail"), json_wanted=False)
    else:
        click.echo("calls, rows and files agree")


def _file(app: App, row: Recording) -> str | None:
    return None if row.path is None else str(app.settings.recordings / row.path)


def _link(app: App, copy: RecordingCopy | None) -> str:
    store = store_of(app.settings, app.secrets.known)
    found = store.link(copy.address) if store and copy else None
    if found is None:
        raise HotlineError("there is no link: it has no copy in an object store that gives links; see --help")
    return found
