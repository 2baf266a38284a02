"""``hotline render | plan | apply | rollback | history``: the life of a configuration."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path

import click
from sqlalchemy import select

from callcenter.calls.page import columns
from callcenter.errors import HotlineError
from callcenter.ports import App
from callcenter.printing import as_json, print_json, print_rows
from callcenter.site_file.store import time_zone
from dialplan_templates.apply import Applied, Applier
from dialplan_templates.differences import differences
from dialplan_templates.rendered_folder import fill
from schema.config import ConfigVersion

DIFFERENT = 2
"""Exit status of ``plan`` when there is something to apply."""


@click.command()
@click.option("--out", required=True, type=click.Path(file_okay=False, path_type=Path), help="folder to fill")
@click.pass_obj
def render(app: App, out: Path) -> None:
    """Write every file of the site's configuration to a folder of its own. Nothing live is touched."""
    files = app.rendered()
    try:
        fill(out, files)
    except OSError as error:
        raise HotlineError(f"{error.filename or out}: {error.strerror}") from None
    click.echo(f"{len(files)} files in {out}")


@click.command()
@click.option("--full", is_flag=True, help="show the changed lines too")
@as_json
@click.pass_obj
def plan(app: App, full: bool, json_wanted: bool) -> None:
    """The difference between what is live and what the site asks for. Exit 2 when there is one."""
    applier: Applier = app.applier()
    files = app.rendered()
    found = applier.plan(files)
    lines = differences(applier.live_files(), files, found.paths) if full else []
    if json_wanted:
        print_json(asdict(found) | ({"lines": lines} if full else {}))
    else:
        for word, sign in SIGNS.items():
            for name in getattr(found, word):
                click.echo(f"{sign} {name}")
        click.echo("".join(f"{line}\n" for line in lines), nl=False)
        live = "nothing" if found.live is None else f"version {found.live}"
        click.echo("nothing to apply" if found.empty else f"{live} is live")
    sys.exit(0 if found.empty else DIFFERENT)


SIGNS = {
    "added": "+",
    "removed": "-",
    "changed": "~",
    "edited": "! edited by hand:",
    "stubs": "~ stub",
    "foreign": "! not written by Hotline:",
    "owed": "! reload owed by an apply that was killed:",
}
"""What stands before each line of a plan."""


@click.command()
@click.option("--over-edits", is_flag=True, help="go on though rendered files were edited by hand")
@click.option("--take-over", is_flag=True, help="replace files that are not Hotline's, keeping copies")
@as_json
@click.pass_obj
def apply(app: App, over_edits: bool, take_over: bool, json_wanted: bool) -> None:
    """Check the site's configuration in a throw-away Asterisk, make it live, read it back."""
    _print_applied(app.applier().apply(app.rendered(), over_edits, take_over), json_wanted)


@click.command()
@click.argument("version", required=False, type=int)
@as_json
@click.pass_obj
def rollback(app: App, version: int | None, json_wanted: bool) -> None:
    """Make a former version live again, as a new one; the one that was live before when none is named."""
    _print_applied(app.applier().rollback(version), json_wanted)


@click.command()
@as_json
@click.pass_obj
def history(app: App, json_wanted: bool) -> None:
    """Every configuration version, and which one is live."""
    with app.sessions(read_only=True)() as session:
        zone = None if json_wanted else time_zone(session)
        found = session.scalars(select(ConfigVersion).order_by(ConfigVersion.number.desc()))
        rows = [columns(row, zone) for row in found]
    print_rows(rows, ("number", "created_at", "state", "by", "note", "digest"), json_wanted, zone)


def _print_applied(done: Applied, json_wanted: bool) -> None:
    if json_wanted:
        print_json({"version": done.number, "reloaded": done.reloaded, "restart": done.restart})
        return
    what = f"reloaded {', '.join(done.reloaded)}" if done.reloaded else "nothing to reload"
    if not done.running:
        what = "no Asterisk is running: it reads it when it starts"
    click.echo(f"version {done.number} is live; {what}")
    if done.restart:
        click.echo(
            f"restart Asterisk when no calls are up: it reads {', '.join(done.restart)} at its start only"
        )
