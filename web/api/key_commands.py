"""``hotline keys add|list|revoke``: who may use the HTTP interface, and for what."""

from __future__ import annotations

import click

from callcenter.audit_commands import typed
from callcenter.calls.page import columns
from callcenter.ports import App
from callcenter.printing import as_json, print_rows
from callcenter.site_file.store import time_zone
from web.api import keys as service

COLUMNS = ("name", "rights", "created_at", "created_by", "last_used_at", "revoked_at")


@click.group()
def keys() -> None:
    """Keys by which other programs may use the HTTP interface."""


@keys.command("add")
@click.argument("name")
@click.option(
    "--right", "rights", multiple=True, required=True, type=click.Choice(service.RIGHTS), help="several times"
)
@click.pass_obj
def add(app: App, name: str, rights: tuple[service.Right, ...]) -> None:
    """Make a key for the program NAME, and print it: it is kept nowhere, and never shown again."""
    with app.sessions().begin() as session:
        key = service.add(session, name, rights, typed(), app.clock())
    click.echo(f"key of {name}, for {', '.join(dict.fromkeys(rights))}; it is shown this once:", err=True)
    click.echo(key)


@keys.command("list")
@as_json
@click.pass_obj
def list_keys(app: App, json_wanted: bool) -> None:
    """Every key there ever was: its rights, and when it was used last. Not the keys themselves."""
    with app.sessions(read_only=True)() as session:
        zone = None if json_wanted else time_zone(session)
        rows = [{name: columns(row, zone)[name] for name in COLUMNS} for row in service.every(session)]
    if not json_wanted:
        rows = [{**row, "rights": ", ".join(row["rights"])} for row in rows]
    print_rows(rows, COLUMNS, json_wanted, zone)


@keys.command("revoke")
@click.argument("name")
@click.pass_obj
def revoke(app: App, name: str) -> None:
    """From now on this key opens nothing."""
    with app.sessions().begin() as session:
        was_good = service.revoke(session, name, typed(), app.clock())
    click.echo(f"the key of {name} is revoked{'' if was_good else ' already'}")
