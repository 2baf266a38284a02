"""``hotline bans list|add|remove|watch``: who is shut out, and the helper that does it."""

from __future__ import annotations

import datetime as dt
import getpass
import signal
from pathlib import Path

import click

from ami.bans import store
from ami.bans.file_changes import FileChanges
from ami.bans.firewall import firewall
from ami.bans.watch import ROWS_SECONDS, BanWatch
from ami.tail import Position, Tail
from callcenter.calls.page import columns
from callcenter.errors import HotlineError
from callcenter.health.end import BANS, End, serve_beside
from callcenter.logging import configure
from callcenter.ports import App
from callcenter.printing import as_json, print_rows
from callcenter.site_file.store import time_zone
from callcenter.systemd import ALIVE, READY, notify
from schema.fraud import Ban

SHOWN = ("address", "began_at", "until", "by", "reason", "lifted_at", "lifted_by")


@click.group()
def bans() -> None:
    """Addresses that are shut out because they failed to sign in too often."""


@bans.command("list")
@click.option("--last", default=50, show_default=True, type=click.IntRange(1), help="how many")
@click.option("--all", "everything", is_flag=True, help="those that are over as well")
@as_json
@click.pass_obj
def list_bans(app: App, last: int, everything: bool, json_wanted: bool) -> None:
    """Who is shut out, the newest first."""
    query = store.every() if everything else store.in_force(app.clock())
    with app.sessions(read_only=True)() as session:
        zone = None if json_wanted else time_zone(session)
        rows = [columns(row, zone) for row in session.scalars(query.limit(last))]
    print_rows(rows, SHOWN, json_wanted)


@bans.command("add")
@click.argument("address")
@click.option("--minutes", type=click.IntRange(1, 525_600), help="how long; else what the site says")
@click.option("--reason", default="by hand", show_default=True, help="why, for people")
@click.pass_obj
def add_ban(app: App, address: str, minutes: int | None, reason: str) -> None:
    """Shut ADDRESS out, at once where hotline bans watch runs."""
    site, now, wanted = app.site(), app.clock(), store.normal_address(address)
    if wanted in store.allowed(site):
        raise HotlineError(
            f"{wanted} is this machine, a trunk, or allowed by the site (bans: allow): it can't be shut out"
        )
    until = now + dt.timedelta(minutes=minutes or site.bans.minutes)
    with app.sessions().begin() as session:
        ban: Ban = store.add(session, wanted, until, getpass.getuser(), reason, now)
        zone = time_zone(session)
        click.echo(f"{wanted} is shut out until {ban.until.astimezone(zone):%Y-%m-%d %H:%M}")


@bans.command("remove")
@click.argument("address")
@click.pass_obj
def remove_ban(app: App, address: str) -> None:
    """Let ADDRESS in again."""
    wanted = store.normal_address(address)
    with app.sessions().begin() as session:
        store.lift(session, wanted, getpass.getuser(), app.clock())
    click.echo(f"{wanted} is let in again")


@bans.command("watch")
@click.option("--dry-run", is_flag=True, help="say what would be done to the packet filter, and do not")
@click.pass_obj
def watch(app: App, dry_run: bool) -> None:
    """Follow the security log and shut strangers out, until ended. Needs root or CAP_NET_ADMIN, else a dry run."""
    here = app.settings
    configure(here.log_level, "bans")
    path = here.log / "security"
    tail = Tail(path, _end(path))
    watching = BanWatch(
        tail, app.sessions(), firewall(dry_run), [here.sip_port, here.http_port], app.site, app.clock
    )
    serve_beside(here, End(BANS, [watching], watching.troubles))
    here.log.mkdir(parents=True, exist_ok=True)
    changes = FileChanges(here.log)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    notify(READY)
    try:
        while True:
            watching.look()
            notify(ALIVE)
            changes.wait(ROWS_SECONDS)
    except KeyboardInterrupt:
        changes.close()


def _end(path: Path) -> Position | None:
    """Behind what was written before: it was somebody else's to judge."""
    try:
        state = path.stat()
    except FileNotFoundError:
        return None
    return Position(state.st_ino, state.st_size)
