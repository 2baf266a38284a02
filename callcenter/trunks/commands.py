"""``hotline trunks``: how the lines to the outside are, when they were away, and how a gateway is set up."""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import click

from callcenter.calls.page import columns, moment
from callcenter.errors import NotFound
from callcenter.ports import App
from callcenter.printing import as_json, print_json, print_rows
from callcenter.site.edge import Trunk
from callcenter.site_file.store import time_zone
from callcenter.trunks import outages
from callcenter.trunks.sheet import Where, print_sheet, sheet
from callcenter.trunks.state import MENDS, TrunkState, look, unseen

LISTED = ("trunk", "by", "state", "in_use", "limit", "since_at", "reason", "title")
HISTORY = ("trunk", "began_at", "ended_at", "reason")
LOCAL = ("127.0.0.1", "0.0.0.0", "::1", "::")  # noqa: S104 - compared, not bound
OWN = 5
"""Outages shown with a trunk."""


@click.group()
def trunks() -> None:
    """Lines to the outside: their state, their history, and what is typed into a gateway."""


@trunks.command("list")
@as_json
@click.pass_obj
def list_trunks(app: App, json_wanted: bool) -> None:
    """Every trunk: is it there, how many calls it carries of how many, since when it is away."""
    gone = _since(app)
    with app.sessions(read_only=True)() as session:
        zone = None if json_wanted else time_zone(session)
    rows = [_row(state, gone, zone) for state in _states(app)]
    print_rows(rows, LISTED, json_wanted, zone)


@trunks.command()
@click.argument("name")
@as_json
@click.pass_obj
def show(app: App, name: str, json_wanted: bool) -> None:
    """One trunk: where its far end is, how it is set, when it was away last."""
    _named(app, name)
    gone = _since(app)
    (state,) = [state for state in _states(app) if state.trunk.name == name]
    with app.sessions(read_only=True)() as session:
        zone = None if json_wanted else time_zone(session)
        lately = [columns(row, zone) for row in outages.newest(session, name, OWN)]
    told = _row(state, gone, zone) | {"mend": MENDS.get(state.reason)} | _set(state.trunk)
    contacts = [{"uri": each.uri, "status": each.status, "rtt_ms": each.rtt_ms} for each in state.contacts]
    if json_wanted:
        print_json({**told, "contacts": contacts, "outages": lately})
        return
    for key, value in told.items():
        click.echo(f"{key}: {'–' if value is None or value == '' else value}")
    for each in contacts:
        rtt = "" if each["rtt_ms"] is None else f", {each['rtt_ms']} ms"
        click.echo(f"far end: {each['uri']} {each['status']}{rtt}")
    if lately:
        print_rows(lately, HISTORY, json_wanted=False, zone=zone)


@trunks.command()
@click.option("--trunk", help="of this trunk alone")
@click.option("--last", default=20, show_default=True, type=click.IntRange(1), help="how many")
@as_json
@click.pass_obj
def history(app: App, trunk: str | None, last: int, json_wanted: bool) -> None:
    """The newest outages: which trunk was away, from when to when, and why."""
    with app.sessions(read_only=True)() as session:
        zone = None if json_wanted else time_zone(session)
        rows = [columns(row, zone) for row in outages.newest(session, trunk, last)]
    print_rows(rows, HISTORY, json_wanted, zone)


@trunks.command("sheet")
@click.argument("name")
@click.option("--language", default="zh", show_default=True, type=click.Choice(["zh", "en"]))
@click.option("--address", help="Asterisk's address as the gateway sees it; default: HOTLINE_SIP_HOST")
@as_json
@click.pass_obj
def sheet_command(app: App, name: str, language: str, address: str | None, json_wanted: bool) -> None:
    """What has to be typed into an analog gateway, page by page. Never a password."""
    where = Where(address or app.settings.sip_host, app.settings.sip_port, app.site().country)
    if where.host in LOCAL:
        click.echo(f"{where.host} is this machine only: give --address", err=True)
    sections = sheet(_named(app, name), where, language)
    if json_wanted:
        print_json(
            [{"title": one.title, "settings": [row._asdict() for row in one.settings]} for one in sections]
        )
    else:
        print_sheet(sections)


def _named(app: App, name: str) -> Trunk:
    known = {trunk.name: trunk for trunk in app.site().trunks}
    if name not in known:
        raise NotFound(f"there is no trunk {name}; there are: {', '.join(known) or 'none'}")
    return known[name]


def _states(app: App) -> list[TrunkState]:
    site, console = app.site(), app.console()
    if console is None:
        return unseen(site)
    return look(site, console)


def _since(app: App) -> dict[str, dt.datetime]:
    with app.sessions(read_only=True)() as session:
        return outages.since(session)


def _row(state: TrunkState, gone: dict[str, dt.datetime], zone: ZoneInfo | None) -> dict[str, Any]:
    trunk = state.trunk
    since = gone.get(trunk.name)
    return {
        "trunk": trunk.name,
        "title": trunk.title,
        "by": trunk.connection.by,
        "state": state.word,
        "reason": state.reason,
        "registration": state.registration,
        "in_use": state.in_use,
        "limit": trunk.channels,
        "since_at": since and moment(since, zone),
    }


def _set(trunk: Trunk) -> dict[str, Any]:
    shown = trunk.caller_id
    return {
        "codecs": ", ".join(trunk.codecs),
        "dtmf": trunk.dtmf,
        "transport": trunk.transport,
        "encryption": trunk.encryption,
        "caller_id_read": shown.read,
        "caller_id_send": shown.send or ("account" if trunk.connection.by == "provider" else "from"),
        "caller_id_numbers": ", ".join(shown.numbers),
        "check_seconds": trunk.check_seconds,
        "silence_seconds": trunk.silence_seconds,
    }
