"""``hotline calls list|show``."""

from __future__ import annotations

import click

from callcenter.calls.newest import newest
from callcenter.calls.page import MOMENT, columns, read_page
from callcenter.ports import App
from callcenter.printing import as_json, print_json, print_rows
from callcenter.site_file.store import time_zone

CALL_COLUMNS = ("call_id", "started_at", "trunk", "did", "caller", "state", "ended_by")


@click.group()
def calls() -> None:
    """Calls and their journeys."""


@calls.command("list")
@click.option("--last", default=20, show_default=True, type=click.IntRange(1), help="how many")
@click.option("--caller", help="only calls of this number")
@as_json
@click.pass_obj
def list_calls(app: App, last: int, caller: str | None, json_wanted: bool) -> None:
    """The newest calls."""
    with app.sessions(read_only=True)() as session:
        zone = None if json_wanted else time_zone(session)
        rows = [columns(call, zone) for call in newest(session, last, caller=caller)]
    print_rows(rows, CALL_COLUMNS, json_wanted, zone)


@calls.command("show")
@click.argument("call_id")
@as_json
@click.pass_obj
def show_call(app: App, call_id: str, json_wanted: bool) -> None:
    """The journey of one call on one page."""
    with app.sessions(read_only=True)() as session:
        page, zone = read_page(session, call_id), time_zone(session)
    if json_wanted:
        print_json(page.as_dict())
        return
    call = page.call
    click.echo(f"call {call.call_id}  {call.direction}  {call.state}")
    click.echo(f"  trunk {call.trunk or '–'}  dialled {call.did or '–'}  caller {call.caller or '–'}")
    click.echo(f"  began {call.started_at.astimezone(zone):{MOMENT}} (all times {zone})")
    for line in page.lines():
        at = line.at.astimezone(zone)
        click.echo(f"  {at:%H:%M:%S}.{at.microsecond // 100_000}  {line.what:<10} {line.text}")
