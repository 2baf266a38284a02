"""``hotline boards``: the boards' lines now, and how they have been."""

from __future__ import annotations

import asyncio
from dataclasses import asdict

import click

from ami.board_watch import ask
from callcenter.boards.advice import ADVICE
from callcenter.boards.history import history as stretches
from callcenter.boards.lines import Line
from callcenter.calls.page import columns
from callcenter.ports import App
from callcenter.printing import as_json, print_json, print_rows
from callcenter.site_file.store import time_zone

COLUMNS = ("line", "trunk", "span", "state", "in_use", "channels", "errors")


@click.group(invoke_without_command=True)
@as_json
@click.pass_context
def boards(context: click.Context, json_wanted: bool) -> None:
    """The boards' lines: alarms, channels in use, and what to look at."""
    if context.invoked_subcommand is None:
        _show(context.obj, json_wanted)


@boards.command("status")
@as_json
@click.pass_obj
def status(app: App, json_wanted: bool) -> None:
    """Every line now, as the bare command."""
    _show(app, json_wanted)


@boards.command("history")
@click.option("--line", help="of one line only, as a102/1")
@click.option("--last", default=20, show_default=True, type=click.IntRange(1), help="how many")
@as_json
@click.pass_obj
def history(app: App, line: str | None, last: int, json_wanted: bool) -> None:
    """How the lines have been, the newest first."""
    with app.sessions(read_only=True)() as session:
        zone = None if json_wanted else time_zone(session)
        rows = [columns(row, zone) for row in stretches(session, line, last)]
    print_rows(rows, ("line", "trunk", "state", "began_at", "ended_at"), json_wanted, zone)


def _show(app: App, json_wanted: bool) -> None:
    site = app.site()
    lines = asyncio.run(_ask(app)) if site.boards else []
    if json_wanted:
        print_json([asdict(line) | {"check": ADVICE[line.state]._asdict()} for line in lines])
        return
    if not lines:
        click.echo("the site has no boards")
        return
    print_rows([asdict(line) for line in lines], COLUMNS, False)
    for words in _advice(lines, site.languages[0]):
        click.echo(words)


async def _ask(app: App) -> list[Line]:
    async with app.manager() as manager:
        return await ask(manager, app.site())


def _advice(lines: list[Line], language: str) -> list[str]:
    """What to look at for each line that is not up, in the site's own language where it is Chinese."""
    return [
        f"{line.line}: {ADVICE[line.state].zh if language == 'zh' else ADVICE[line.state].en}"
        for line in lines
        if line.state != "up"
    ]
