"""``hotline site``: the site file in, out and checked."""

from __future__ import annotations

import datetime as dt
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from getpass import getuser
from pathlib import Path

import click
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from callcenter.errors import HotlineError, SiteError, Unreachable
from callcenter.ports import App
from callcenter.site_file import audio as site_audio
from callcenter.site_file import store as site_store
from callcenter.site_file.document import dump, examine
from callcenter.site_file.schema import schema_text
from schema.session import session_factory, trouble

FILE = click.Path(path_type=Path)
COMMENTS = "{file}: comments are not kept in the database: write them as a part's note"


@click.group("site")
def group() -> None:
    """The site: trunks, numbers, flows, queues and people, as one YAML file."""


@group.command("check")
@click.argument("file", type=FILE)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def check_command(file: Path, as_json: bool) -> None:
    """Print FILE's problems, one a line. Exit code 1 when one of them is more than a warning."""
    examined = examine(file)
    if as_json:
        _print_json({"errors": examined.errors, "warnings": examined.warnings})
    else:
        _print_lines([*examined.errors, *_warned(examined.warnings)])
        click.echo(
            f"{file}: {_many(examined.errors, 'error')}, {_many(examined.warnings, 'warning')}", err=True
        )
    if examined.errors:
        raise click.exceptions.Exit(1)


@group.command("load")
@click.argument("file", type=FILE)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_obj
def load_command(app: App, file: Path, as_json: bool) -> None:
    """Check FILE, save it to the database and print what changed. hotline apply brings it to callers."""
    examined = examine(file)
    if examined.site is None:
        raise SiteError(examined.errors)
    site_audio.keep(examined.site, file.parent, app.settings)
    with _session(app) as session:
        saved = site_store.save(session, examined.site, _user(), _now)
    warnings = examined.warnings + ([COMMENTS.format(file=file)] if examined.has_comments else [])
    changes = [str(change) for change in saved.changes]
    if as_json:
        _print_json({"site": examined.site.name, "changes": changes, "warnings": warnings})
    else:
        _print_lines([*_warned(warnings), *changes])
        click.echo(f"site {examined.site.name}: {'saved' if changes else 'nothing has changed'}", err=True)


@group.command("dump")
@click.argument("name", required=False)
@click.option("--out", type=FILE, help="Write to this file.")
@click.pass_obj
def dump_command(app: App, name: str | None, out: Path | None) -> None:
    """Print the saved site in its canonical form. NAME may be left out when there is one site."""
    with _session(app, read_only=True) as session:
        text = dump(site_store.read(session, name))
    if out is None:
        click.echo(text, nl=False)
    else:
        _write(out, text)


@group.command("schema")
def schema_command() -> None:
    """Print the JSON Schema of a site file, for editors."""
    click.echo(schema_text(), nl=False)


@contextmanager
def _session(app: App, *, read_only: bool = False) -> Iterator[Session]:
    """One transaction; what the database complains of is one line."""
    try:
        with session_factory(app.engine(), read_only=read_only).begin() as session:
            yield session
    except SQLAlchemyError as error:
        raise Unreachable(trouble(error)) from None


def _warned(lines: list[str]) -> list[str]:
    return [f"warning: {line}" for line in lines]


def _many(lines: list[str], thing: str) -> str:
    return f"{len(lines)} {thing}{'' if len(lines) == 1 else 's'}"


def _print_lines(lines: list[str]) -> None:
    for line in lines:
        click.echo(line)


def _print_json(value: object) -> None:
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))


def _write(out: Path, text: str) -> None:
    """Replace the file in one step: a reader sees the old or the new one."""
    new = out.with_name(f".{out.name}.new")
    try:
        new.write_text(text, encoding="utf-8")
        new.replace(out)
    except OSError as error:
        raise HotlineError(f"{out}: can't be written: {error.strerror}") from None


def _user() -> str:
    """Who is at the keyboard; a container may have no name for its user."""
    try:
        return getuser()
    except (KeyError, OSError):
        return f"uid {os.getuid()}"


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
