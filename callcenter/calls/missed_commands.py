"""``hotline calls missed list|take|done``."""

from __future__ import annotations

import getpass

import click

from callcenter.calls import follow_ups, missed
from callcenter.calls.page import columns
from callcenter.ports import App
from callcenter.printing import as_json, print_rows
from callcenter.site_file.store import time_zone
from schema.follow_ups import STATES

COLUMNS = ("call_id", "opened_at", "number", "queue", "detail", "state", "taken_by", "result")


@click.group("missed")
def missed_calls() -> None:
    """Callers who spoke with nobody, and who calls them back."""


@missed_calls.command("list")
@click.option("--last", default=50, show_default=True, type=click.IntRange(1), help="how many")
@click.option("--state", type=click.Choice([*STATES, "all"]), help="else open and taken")
@as_json
@click.pass_obj
def list_missed(app: App, last: int, state: str | None, json_wanted: bool) -> None:
    """Who waits longest to be called back stands on top."""
    states = STATES if state == "all" else (state,) if state else ("open", "taken")
    with app.sessions().begin() as session:
        zone = None if json_wanted else time_zone(session)
        missed.open_missed(session, app.clock())
        rows = [columns(task, zone) for task in missed.missed(session, states, last)]
    print_rows(rows, COLUMNS, json_wanted, zone)


@missed_calls.command("take")
@click.argument("call_id", metavar="CALL")
@click.option("--by", default=getpass.getuser, show_default="you", help="an agent's number, or a name")
@click.pass_obj
def take(app: App, call_id: str, by: str) -> None:
    """Say that you call them back, so that nobody else does."""
    with app.sessions().begin() as session:
        missed.open_missed(session, app.clock())
        task = follow_ups.take(session, missed.of_call(session, call_id).id, by, app.clock())
        click.echo(f"{task.number or 'no number'} is called back by {by}")


@missed_calls.command("done")
@click.argument("call_id", metavar="CALL")
@click.option("--result", required=True, help="what came of it, one line")
@click.option("--by", help="who did it, when nobody had taken it")
@click.pass_obj
def done(app: App, call_id: str, result: str, by: str | None) -> None:
    """Take them off the list with what came of it."""
    with app.sessions().begin() as session:
        task = follow_ups.finish(session, missed.of_call(session, call_id).id, result, app.clock(), by)
        click.echo(f"{task.number or 'no number'} is done: {task.result}")
