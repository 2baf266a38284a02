"""``hotline backup FILE`` and ``hotline restore FILE``."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import click
from sqlalchemy.exc import SQLAlchemyError

from backup import making, restoring
from backup.archive import Manifest, growing
from callcenter.errors import HotlineError
from callcenter.ports import App
from schema.session import trouble

STANDARD = "-"


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, allow_dash=True))
@click.option("--recordings", "sounds", is_flag=True, help="the sound of recordings and messages too")
@click.pass_obj
def backup(app: App, file: str, sounds: bool) -> None:
    """Save the installation to FILE while it works; - is the standard output.

    The file holds passwords and is readable by you alone: keep it so, or encrypt it.
    """
    with _one_line_errors(), _out(file) as out:
        made = making.make(app.settings, app.engine(), app.clock(), out, sounds=sounds)
    click.echo(f"saved {_contents(made)} to {file}", err=file == STANDARD)
    for name in made.missing:
        click.echo(f"warning: {name} is missing; see hotline recordings audit", err=True)


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, allow_dash=True))
@click.option("--force", is_flag=True, help="replace what is there; it is saved first")
@click.pass_obj
def restore(app: App, file: str, force: bool) -> None:
    """Put the installation back that FILE holds; - is the standard input. Hotline must be stopped."""
    with _one_line_errors(), _source(file) as source:
        done = restoring.restore(app.settings, app.engine(), app.clock(), source, force=force)
    click.echo(f"restored {_contents(done)}, saved at {done.made_at}")
    if done.before:
        click.echo(f"what was there is in {done.before}")
    click.echo("next: hotline apply, then hotline up or systemctl start hotline.target, then hotline doctor")


def _contents(made: Manifest) -> str:
    rows, files = sum(made.tables.values()), len(made.files) - len(made.tables) - len(made.dropped)
    sounds = "with" if made.sounds else "without"
    return f"{rows} rows of {len(made.tables)} tables and {files} files, {sounds} sound"


@contextmanager
def _out(file: str) -> Iterator[IO[bytes]]:
    if file == STANDARD:
        yield sys.stdout.buffer
    else:
        with growing(Path(file)) as out:
            yield out


@contextmanager
def _source(file: str) -> Iterator[IO[bytes]]:
    if file == STANDARD:
        yield sys.stdin.buffer
    else:
        with Path(file).open("rb") as source:
            yield source


@contextmanager
def _one_line_errors() -> Iterator[None]:
    try:
        yield
    except SQLAlchemyError as error:
        raise HotlineError(trouble(error)) from None
    except OSError as error:
        raise HotlineError(f"{error.filename or 'the backup'}: {error.strerror or error}") from None
