"""``hotline phones list|show|sheet|file|new-token|serve``."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import click

from callcenter.agents.supervise import stop_on_signals
from callcenter.certificate_store import store_of
from callcenter.errors import HotlineError, NotFound
from callcenter.health.end import PHONES, End, tell
from callcenter.logging import configure
from callcenter.ports import App
from callcenter.printing import as_json, print_facts, print_rows
from callcenter.secrets import generate
from callcenter.settings import Settings
from callcenter.signed_in import signed_in
from callcenter.site import Site
from callcenter.site.edge import Seat
from callcenter.systemd import keep_telling
from phones import sheet as sheets
from phones.account import Account, account, reach
from phones.answers import Desk
from phones.files import file_name, file_of
from phones.known_site import KnownSite
from phones.server import Shown, serve

LISTED = ("number", "seat", "title", "kind", "encryption", "make", "mac", "signed_in", "transport", "address")


@click.group()
def phones() -> None:
    """Seats' telephones: who is signed in, what is typed into one, and what it fetches by itself."""


@phones.command("list")
@as_json
@click.pass_obj
def list_phones(app: App, json_wanted: bool) -> None:
    """Every seat's phone, and whether it is signed in."""
    print_rows(list(_rows(app)), LISTED, json_wanted)


@phones.command()
@click.argument("number")
@as_json
@click.pass_obj
def show(app: App, number: str, json_wanted: bool) -> None:
    """What the phone at a NUMBER (or seat) must know, without its secrets: these are on its sheet."""
    seat = _seat(app.site(), number)
    known = _account(app, app.site(), seat)
    found: dict[str, Any] = next(row for row in _rows(app) if row["seat"] == seat.name)
    found |= {
        "host": known.host,
        "port": known.port,
        "sign_in_transport": known.transport,
        "encrypted": known.encrypted,
        "codecs": list(known.codecs),
        "file": file_name(seat.phone) if seat.phone else None,
        "fetches": known.folder is not None,
    }
    print_facts(found, json_wanted)


@phones.command()
@click.argument("numbers", nargs=-1)
@click.option("--all", "everyone", is_flag=True, help="the sheets of all seats but browsers'")
@click.option("--language", help="zh or en; default: the site's first")
@click.option("--html", "as_page", is_flag=True, help="a page to print, a sheet of paper for each")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="into this file, for you alone")
@click.pass_obj
def sheet(
    app: App, numbers: tuple[str, ...], everyone: bool, language: str | None, as_page: bool, out: Path | None
) -> None:
    """What is typed into the phones at NUMBERS, with their passwords."""
    site = app.site()
    seats = [seat for seat in site.seats if seat.kind != "browser"] if everyone else []
    seats += [_with_phone(_seat(site, number)) for number in numbers]
    if not seats:
        raise HotlineError("name the numbers, or say --all")
    in_words = language or (site.languages[0] if site.languages[0] in sheets.LANGUAGES else "en")
    accounts = [_account(app, site, seat) for seat in seats]
    texts = [sheets.as_text(each, in_words) for each in accounts]
    _put(sheets.as_page(accounts, in_words) if as_page else "\n".join(texts), out)


@phones.command("file")
@click.argument("number")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="into this file, for you alone")
@click.pass_obj
def print_file(app: App, number: str, out: Path | None) -> None:
    """The file that the phone at a NUMBER would fetch, with its password, to upload it by hand."""
    seat = _seat(app.site(), number)
    if seat.phone is None:
        raise HotlineError(f"seat {seat.name} has no phone in the site file: give it phone: {{make, mac}}")
    _put(file_of(_account(app, app.site(), seat), seat.phone).text, out)


@phones.command("new-token")
@click.argument("number")
@click.pass_obj
def new_token(app: App, number: str) -> None:
    """Give the phone at a NUMBER a new address for its settings; the old one holds no longer, at once."""
    seat = _seat(app.site(), number)
    app.secrets.set(f"phone/{seat.name}", generate())
    click.echo(f"{seat.name}: type the new address into the phone, see hotline phones sheet {seat.number}")


@phones.command("serve")
@click.pass_obj
def serve_phones(app: App) -> None:
    """Give phones their files over HTTPS until stopped. Part of hotline up when HOTLINE_PHONES_PORT is set."""
    settings = app.settings
    if settings.phones_port is None:
        raise HotlineError("phones fetch nothing: set HOTLINE_PHONES_PORT")
    configure(settings.log_level, "phones")
    store = store_of(settings)
    store.ensure(app.clock())
    desk = Desk(KnownSite(app.sessions(read_only=True)), app.secrets.known, reach(settings), store.authority)
    address = (settings.sip_host, settings.phones_port)
    asyncio.run(_serve(settings, address, Shown(store.certificate, store.key), desk))


async def _serve(settings: Settings, address: tuple[str, int], shown: Shown, desk: Desk) -> None:
    stop = asyncio.Event()
    stop_on_signals(stop)
    beside = [asyncio.create_task(work) for work in (keep_telling(), tell(settings, End(PHONES, [])))]
    await serve(address, shown, desk, stop)
    for task in beside:
        task.cancel()
    await asyncio.gather(*beside, return_exceptions=True)


def _rows(app: App) -> Iterator[dict[str, Any]]:
    site = app.site()
    known = signed_in(app)
    for seat in site.seats:
        contact = known.get(seat.name) if known is not None else None
        yield {
            "number": seat.number,
            "seat": seat.name,
            "title": seat.title,
            "kind": seat.kind,
            "encryption": seat.encryption,
            "make": seat.phone.make if seat.phone else None,
            "mac": seat.phone.address if seat.phone else None,
            "signed_in": None if known is None else contact is not None,
            "reachable": contact.reachable if contact else None,
            "transport": contact.transport if contact else None,
            "address": contact.address if contact else None,
            "software": contact.software if contact else None,
        }


def _seat(site: Site, number: str) -> Seat:
    for seat in site.seats:
        if number in (seat.number, seat.name):
            return seat
    raise NotFound(f"there is no seat {number}; see hotline phones list")


def _with_phone(seat: Seat) -> Seat:
    if seat.kind == "browser":
        raise HotlineError(f"seat {seat.name} is a browser: nothing is typed into it")
    return seat


def _account(app: App, site: Site, seat: Seat) -> Account:
    return account(site, seat, reach(app.settings), app.secrets)


def _put(text: str, out: Path | None) -> None:
    if out is None:
        click.echo(text, nl=False)
        return
    with suppress(FileNotFoundError):
        out.unlink()
    with os.fdopen(os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    click.echo(f"{out} is written; it holds passwords")
