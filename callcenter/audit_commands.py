"""``hotline audit list``, and as whom it has what commands do."""

from __future__ import annotations

import getpass

import click

from callcenter import audit as service
from callcenter.calls.page import columns
from callcenter.ports import App
from callcenter.printing import as_json, print_rows
from callcenter.site_file.store import time_zone

COLUMNS = ("at", "by", "action", "subject", "outcome", "agent", "via", "reason")


def typed() -> service.Actor:
    """Whoever has typed the command."""
    who = getpass.getuser()
    return service.Actor(who, f"cli {who}")


@click.group()
def audit() -> None:
    """Who did what: changes of the site, and what was done to calls and agents."""


@audit.command("list")
@click.option("--last", default=50, show_default=True, type=click.IntRange(1), help="how many")
@click.option("--by", help="only what this agent or account did")
@click.option("--call", "call_id", help="only what was done to this call")
@as_json
@click.pass_obj
def list_audit(app: App, last: int, by: str | None, call_id: str | None, json_wanted: bool) -> None:
    """The newest entries."""
    with app.sessions(read_only=True)() as session:
        zone = None if json_wanted else time_zone(session)
        rows = [columns(entry, zone) for entry in service.newest(session, last, by, call_id)]
    flat = rows if json_wanted else [{**row, **row["detail"]} for row in rows]
    print_rows(flat, COLUMNS, json_wanted, zone)
