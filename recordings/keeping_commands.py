"""``hotline recordings hold|release|delete|expire|export``: each is written down with who did it."""

from __future__ import annotations

import getpass
import shutil
from pathlib import Path

import click

from callcenter.errors import HotlineError
from callcenter.ports import App
from recordings import retention, sound
from recordings.copying import copy_of
from recordings.store import store_of
from schema.recording_copies import RecordingCopy

NUMBER = click.argument("number", metavar="ID", type=int)


@click.command()
@NUMBER
@click.pass_obj
def hold(app: App, number: int) -> None:
    """Legal hold: keep a recording whatever the rules say."""
    with app.sessions().begin() as session:
        retention.hold(session, number, getpass.getuser(), app.clock)
    click.echo(f"recording {number} is held: nothing deletes it until hotline recordings release {number}")


@click.command()
@NUMBER
@click.pass_obj
def release(app: App, number: int) -> None:
    """End a legal hold; the rules hold again."""
    with app.sessions().begin() as session:
        retention.release(session, number, getpass.getuser(), app.clock)
    click.echo(f"recording {number} is held no more")


@click.command()
@NUMBER
@click.option("--reason", required=True, help="kept in the row")
@click.pass_obj
def delete(app: App, number: int, reason: str) -> None:
    """Delete one recording's file. Its row stays and says when, why and by whom."""
    folder = app.settings.recordings
    retention.delete(app.sessions(), folder, number, reason, getpass.getuser(), app.clock)
    click.echo(f"recording {number} is deleted")


@click.command()
@click.option("--dry-run", is_flag=True, help="only say what would go")
@click.pass_obj
def expire(app: App, dry_run: bool) -> None:
    """Delete the recordings whose time is up. The worker does it every hour by itself."""
    if dry_run:
        with app.sessions(read_only=True)() as session:
            for number, reason in retention.expired(session, app.site(), app.clock()):
                click.echo(f"recording {number}: {reason}")
        return
    gone = retention.expire(app.sessions(), app.settings.recordings, app.site(), app.clock)
    click.echo(f"{gone} recordings deleted")


@click.command()
@NUMBER
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.pass_obj
def export(app: App, number: int, file: Path) -> None:
    """Copy a recording to FILE, out of the object store when that has the only one."""
    with app.sessions().begin() as session:
        path = app.settings.recordings / retention.exported(
            session, number, getpass.getuser(), app.clock, file.absolute()
        )
        copy = copy_of(session, number)
        if copy is None or path.exists():
            shutil.copyfile(path, file)
        else:
            fetch(app, copy, file)
    click.echo(f"recording {number} is in {file}")


def fetch(app: App, copy: RecordingCopy, file: Path) -> None:
    """Bring a copy here, and see that it is what was recorded. Raises HotlineError."""
    store = store_of(app.settings, app.secrets.known)
    if store is None:
        raise HotlineError(f"the sound is at {copy.address}: set HOTLINE_RECORDINGS_STORE to reach it")
    store.fetch(copy.address, file)
    if sound.digest(file) != copy.sha256:
        file.unlink()
        raise HotlineError(f"{copy.address} is not what was recorded; see the store's own history")
