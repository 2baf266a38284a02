"""``hotline follow-ups list|take|done``."""

from __future__ import annotations

import getpass

import click

from callcenter.calls import follow_ups as service
from callcenter.calls.page import columns
from callcenter.ports import App
from callcenter.printing import as_json, print_rows
from callcenter.site_file.store import time_zone
from schema.follow_ups import KINDS, STATES

COLUMNS = ("id", "opened_at", "kind", "number", "queue", "agent", "detail", "state", "taken_by", "call_id")


@click.group("follow-ups")
def follow_ups() -> None:
    """What somebody still has to do for a customer."""


@follow_ups.command("list")
@click.option("--last", default=50, show_default=True, type=click.IntRange(1), help="how many")
@click.option("--state", type=click.Choice([*STATES, "all"]), help="else open and taken")
@click.option("--kind", type=click.Choice(KINDS), help="only these")
@click.option("--agent", help="only those about this agent")
@click.option("--queue", help="only those of this queue")
@as_json
@click.pass_obj
def list_follow_ups(
    app: App,
    last: int,
    state: str | None,
    kind: str | None,
    agent: str | None,
    queue: str | None,
    json_wanted: bool,
) -> None:
    """Tasks, the one that waits longest first."""
    states = STATES if state == "all" else (state,) if state else ("open", "taken")
    with app.sessions(read_only=True)() as session:
        zone = None if json_wanted else time_zone(session)
        found = service.find(session, states=states, kind=kind, agent=agent, queue=queue, most=last)
        rows = [columns(task, zone) for task in found]
    print_rows(rows, COLUMNS, json_wanted, zone)


@follow_ups.command("take")
@click.argument("number", metavar="ID", type=int)
@click.option("--by", default=getpass.getuser, show_default="you", help="an agent's number, or a name")
@click.pass_obj
def take(app: App, number: int, by: str) -> None:
    """Make a task yours, so that nobody else works on it."""
    with app.sessions().begin() as session:
        task = service.take(session, number, by, app.clock())
        click.echo(f"follow-up {task.id} ({task.kind}, {task.number or 'no number'}) is taken by {by}")


@follow_ups.command("done")
@click.argument("number", metavar="ID", type=int)
@click.option("--result", required=True, help="what came of it, one line")
@click.option("--by", help="who did it, when nobody had taken it")
@click.pass_obj
def done(app: App, number: int, result: str, by: str | None) -> None:
    """Close a task with what came of it."""
    with app.sessions().begin() as session:
        task = service.finish(session, number, result, app.clock(), by)
        click.echo(f"follow-up {task.id} is done: {task.result}")
