"""``hotline voicemail …`` and ``hotline mailboxes …``."""

from __future__ import annotations

import getpass
import shutil
from pathlib import Path
from typing import Any

import click
from sqlalchemy import select

from callcenter.agents.pins import unlock as unlock_pin
from callcenter.calls.page import columns, seconds
from callcenter.errors import HotlineError, NotFound
from callcenter.mailboxes import boxes as service
from callcenter.mailboxes.pins import fault
from callcenter.mailboxes.spool import sound_of
from callcenter.ports import App
from callcenter.printing import as_json, print_json, print_rows
from callcenter.secret_commands import typed
from callcenter.site.service import Mailbox
from callcenter.site_file.store import time_zone
from schema.agents import PinTries
from schema.calls import VoicemailMessage

LISTED = ("id", "left_at", "mailbox", "caller", "duration_ms", "heard_at", "call_id")


@click.group()
def voicemail() -> None:
    """Messages that callers left."""


@voicemail.command("list")
@click.option("--box", help="only this mailbox")
@click.option("--last", default=50, show_default=True, type=click.IntRange(1), help="how many")
@as_json
@click.pass_obj
def list_messages(app: App, box: str | None, last: int, json_wanted: bool) -> None:
    """Messages, the unheard first."""
    with app.sessions(read_only=True)() as session:
        zone = None if json_wanted else time_zone(session)
        rows = [
            columns(row, zone)
            | {"heard_at": heard_at and heard_at.astimezone(zone).isoformat(" ", "seconds")}
            for row, heard_at in service.messages(session, box, last)
        ]
    print_rows(rows, LISTED, json_wanted, zone)


@voicemail.command()
@click.argument("number", metavar="ID", type=int)
@as_json
@click.pass_obj
def show(app: App, number: int, json_wanted: bool) -> None:
    """One message: whose, how long, and where its sound is."""
    with app.sessions(read_only=True)() as session:
        row = service.find(session, number)
    facts = columns(row) | {"file": str(_file(app, row))}
    if json_wanted:
        print_json(facts)
        return
    click.echo(f"message {row.id} in box {row.mailbox}: {seconds(row.duration_ms)}")
    for name in ("caller", "left_at", "call_id", "file"):
        click.echo(f"  {name:<10}  {facts[name] or '–'}")


@voicemail.command()
@click.argument("number", metavar="ID", type=int)
@click.option(
    "--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="the wav to write"
)
@click.pass_obj
def export(app: App, number: int, out: Path) -> None:
    """Copy a message's sound to a file."""
    with app.sessions(read_only=True)() as session:
        file = _file(app, service.find(session, number))
    try:
        shutil.copyfile(file, out)
    except OSError as error:
        raise HotlineError(f"message {number} can't be copied: {error}") from None
    click.echo(f"message {number} is in {out}")


@voicemail.command()
@click.argument("number", metavar="ID", type=int)
@click.pass_obj
def delete(app: App, number: int) -> None:
    """Delete a message; its sound goes when the worker next looks."""
    with app.sessions().begin() as session:
        row = service.find(session, number)
        service.delete(session, row.message_id, getpass.getuser(), app.clock())
    click.echo(f"message {number} is deleted")


@click.group()
def mailboxes() -> None:
    """Mailboxes, their PINs and locks."""


@mailboxes.command("list")
@as_json
@click.pass_obj
def list_mailboxes(app: App, json_wanted: bool) -> None:
    """Every mailbox: its messages, who is told, and whether wrong PINs have locked it."""
    with app.sessions(read_only=True)() as session:
        zone = None if json_wanted else time_zone(session)
        locks = {tries.agent: tries for tries in session.scalars(select(PinTries))}
        waiting = service.messages(session, most=100_000)
    rows = [
        _row(box, waiting, locks.get(service.pin_name(box.number)), app.clock(), zone)
        for box in app.site().mailboxes
    ]
    print_rows(
        rows, ("mailbox", "title", "new", "heard", "email", "locked_until", "wrong_pins"), json_wanted, zone
    )


def _row(
    box: Mailbox, waiting: list[service.Message], lock: PinTries | None, now: Any, zone: Any
) -> dict[str, Any]:
    mine = [message for message in waiting if message.row.mailbox == box.number]
    locked = lock.locked_until if lock and lock.locked_until and now < lock.locked_until else None
    return {
        "mailbox": box.number,
        "title": box.title,
        "new": sum(message.heard_at is None for message in mine),
        "heard": sum(message.heard_at is not None for message in mine),
        "email": box.email,
        "locked_until": locked and locked.astimezone(zone).isoformat(" ", "seconds"),
        "wrong_pins": lock.wrong if lock else 0,
    }


@mailboxes.command("set-pin")
@click.argument("number", metavar="BOX")
@click.option("--pin", help="else it is asked for, or read from stdin")
@click.pass_obj
def set_pin(app: App, number: str, pin: str | None) -> None:
    """Give a mailbox another PIN: six digits at least, not the box's number, no 111111 and no 123456."""
    _known(app, number)
    pin = pin or typed(f"PIN of mailbox {number}")
    wrong = fault(pin, number)
    if wrong:
        raise HotlineError(f"mailbox {number}: {wrong}")
    app.secrets.set(service.pin_name(number), pin)
    with app.sessions().begin() as session:
        unlock_pin(session, service.pin_name(number))
    click.echo(f"mailbox {number} has a new PIN; hotline apply brings it to Asterisk")


@mailboxes.command()
@click.argument("number", metavar="BOX")
@click.pass_obj
def unlock(app: App, number: str) -> None:
    """Open a mailbox that wrong PINs have locked."""
    _known(app, number)
    with app.sessions().begin() as session:
        unlock_pin(session, service.pin_name(number))
    click.echo(f"mailbox {number} is open")


def _known(app: App, number: str) -> None:
    if number not in {box.number for box in app.site().mailboxes}:
        raise NotFound(f"there is no mailbox {number}; see hotline mailboxes list")


def _file(app: App, row: VoicemailMessage) -> Path:
    return sound_of(app.settings.spool, row)
