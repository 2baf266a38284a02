"""``hotline render | plan | apply | rollback | history``: the life of a configuration."""

from __future__ import annotations

import difflib
import sys
from pathlib import Path

import click
from sqlalchemy import select

from callcenter.call_page import columns
from callcenter.ports import App
from callcenter.printing import as_json, print_json, print_rows
from dialplan_templates.apply import Applied, Applier
from schema.config import ConfigVersion

DIFFERENT = 2
"""Exit status of ``plan`` when there is something to apply."""


@click.command()
@click.option("--out", required=True, type=click.Path(file_okay=False, path_type=Path), help="folder to fill")
@click.pass_obj
def render(app: App, out: Path) -> None:
    """Write every file of the site's configuration below a folder. Nothing live is touched."""
    files = app.rendered()
    for name, text in files.items():
        path = out / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
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
    if json_wanted:
        print_json(
            {
                name: getattr(found, name)
                for name in ("live", "added", "removed", "changed", "edited", "stubs")
            }
        )
    else:
        for word in ("added", "removed", "changed", "edited", "stubs"):
            for name in getattr(found, word):
                click.echo(f"{WORDS[word]} {name}")
        if full:
            click.echo("".join(_differences(applier.live_files(), files, found.paths)))
        click.echo("nothing to apply" if found.empty else f"version {found.live or 'none'} is live")
    sys.exit(0 if found.empty else DIFFERENT)


WORDS = {
    "added": "+",
    "removed": "-",
    "changed": "~",
    "edited": "! edited by hand:",
    "stubs": "~ stub",
}


@click.command()
@click.option("--over-edits", is_flag=True, help="go on though rendered files were edited by hand")
@as_json
@click.pass_obj
def apply(app: App, over_edits: bool, json_wanted: bool) -> None:
    """Check the site's configuration in a throw-away Asterisk, make it live, read it back."""
    _print_applied(app.applier().apply(app.rendered(), over_edits), json_wanted)


@click.command()
@click.argument("version", required=False, type=int)
@as_json
@click.pass_obj
def rollback(app: App, version: int | None, json_wanted: bool) -> None:
    """Make a former version live again; the last former one when none is named."""
    applier: Applier = app.applier()
    _print_applied(applier.rollback(version if version is not None else applier.before_live()), json_wanted)


@click.command()
@as_json
@click.pass_obj
def history(app: App, json_wanted: bool) -> None:
    """Every configuration version, and which one is live."""
    with app.sessions(read_only=True)() as session:
        rows = [
            columns(row)
            for row in session.scalars(select(ConfigVersion).order_by(ConfigVersion.number.desc()))
        ]
    print_rows(rows, ("number", "created_at", "state", "by", "digest"), json_wanted)


def _print_applied(done: Applied, json_wanted: bool) -> None:
    if json_wanted:
        print_json({"version": done.number, "reloaded": done.reloaded})
        return
    what = f"reloaded {', '.join(done.reloaded)}" if done.reloaded else "nothing to reload"
    click.echo(f"version {done.number} is live; {what}")


def _differences(before: dict[str, str], after: dict[str, str], paths: list[str]) -> list[str]:
    return [
        line
        for path in paths
        for line in difflib.unified_diff(
            before.get(path, "").splitlines(keepends=True),
            after.get(path, "").splitlines(keepends=True),
            f"live/{path}",
            f"site/{path}",
        )
    ]
