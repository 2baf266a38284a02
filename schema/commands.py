"""``hotline db``: bring the database up, and say where it stands."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

import click
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from schema.session import trouble
from schema.upgrade import current, head, upgrade


class HasEngine(Protocol):
    """What these commands need of the program: the context object of ``cli.py`` is one."""

    def engine(self) -> Engine: ...


@click.group("db")
def group() -> None:
    """The database: its tables and their revision."""


@group.command("upgrade")
@click.pass_obj
def upgrade_command(app: HasEngine) -> None:
    """Bring the tables to this program's revision. Safe to repeat; keeps everything."""
    with _one_line_errors():
        before, after = upgrade(app.engine())
    if before == after:
        click.echo(f"database is at revision {after} already")
    else:
        click.echo(f"database brought from {before or 'nothing'} to revision {after}")


@group.command("current")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_obj
def current_command(app: HasEngine, as_json: bool) -> None:
    """Show the database's revision, and the one this program needs. Exit code 1 when they differ."""
    with _one_line_errors():
        found = current(app.engine())
    if as_json:
        click.echo(json.dumps({"current": found, "head": head()}))
    elif found == head():
        click.echo(f"database is at revision {found}, as it should be")
    else:
        click.echo(f"database is at {found or 'nothing'}, needs {head()}: run hotline db upgrade")
    if found != head():
        raise click.exceptions.Exit(1)


@contextmanager
def _one_line_errors() -> Iterator[None]:
    try:
        yield
    except SQLAlchemyError as error:
        raise click.ClickException(trouble(error)) from None
