"""``hotline closing begin|end|list``: close at once, whatever the calendar says."""

from __future__ import annotations

import datetime as dt
import getpass

import click
from sqlalchemy import select

from callcenter.calls.page import columns
from callcenter.errors import HotlineError
from callcenter.ports import App
from callcenter.printing import as_json, print_rows
from callcenter.routing import closings
from callcenter.simulator.commands import Moment
from callcenter.site_file.store import time_zone
from schema.routing import EmergencyClosing

SHOWN = ("calendar", "began_at", "begun_by", "until", "ended_at", "ended_by", "prompt")


@click.group()
def closing() -> None:
    """Emergency closings. They hold from the next call on, without an apply."""


@closing.command("begin")
@click.option("--calendar", help="the calendar that is to answer closed")
@click.option("--all", "every", is_flag=True, help="every calendar")
@click.option("--prompt", help="what callers hear first")
@click.option("--until", type=Moment(), help="when it ends by itself, in the site's zone: 2026-10-01T09:30")
@click.pass_obj
def begin(app: App, calendar: str | None, every: bool, prompt: str | None, until: dt.datetime | None) -> None:
    """Close now."""
    if every == (calendar is not None):
        raise HotlineError("say which: --calendar NAME or --all")
    site = app.site()
    with app.sessions().begin() as session:
        if until is not None and until.tzinfo is None:
            until = until.replace(tzinfo=time_zone(session))
        closings.begin(session, site, calendar, prompt, until, getpass.getuser(), app.clock())
    click.echo(f"{calendar or 'every calendar'} is closed from the next call on")


@closing.command("end")
@click.option("--calendar", help="only this calendar's; left out: every one in force")
@click.pass_obj
def end(app: App, calendar: str | None) -> None:
    """Open again, as the calendar says."""
    with app.sessions().begin() as session:
        ended = closings.end(session, calendar, getpass.getuser(), app.clock())
    click.echo(f"{ended} emergency closings ended")


@closing.command("list")
@click.option("--last", default=20, show_default=True, type=click.IntRange(1), help="how many")
@as_json
@click.pass_obj
def list_closings(app: App, last: int, json_wanted: bool) -> None:
    """The newest closings; one without an end is in force."""
    newest = select(EmergencyClosing).order_by(EmergencyClosing.began_at.desc()).limit(last)
    with app.sessions(read_only=True)() as session:
        zone = None if json_wanted else time_zone(session)
        rows = [columns(row, zone) for row in session.scalars(newest)]
    if not json_wanted:
        rows = [row | {"calendar": row["calendar"] or "all"} for row in rows]
    print_rows(rows, SHOWN, json_wanted, zone)
