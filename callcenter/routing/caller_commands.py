"""``hotline callers block|vip|remove|list|import|check``: the black list and the VIP list."""

from __future__ import annotations

import csv
import getpass
from pathlib import Path
from typing import Any

import click

from callcenter.calls.page import columns
from callcenter.errors import HotlineError
from callcenter.ports import App
from callcenter.printing import as_json, print_json, print_rows
from callcenter.routing import caller_lists
from callcenter.routing.decision import decide
from callcenter.routing.known_store import known
from callcenter.routing.numbers import normal
from callcenter.site_file.published import Published
from callcenter.site_file.store import time_zone

SHOWN = (
    "id",
    "list",
    "number",
    "until",
    "tier",
    "agent",
    "wait_seconds",
    "queue",
    "priority",
    "prompt",
    "note",
)
REJECTED_SHOWN = 20
which = click.option("--list", "listed", type=click.Choice(["block", "vip"]), help="only this list")
until = click.option("--until", help="the last day, or a moment: 2026-10-01 or 2026-10-01T09:30")
note = click.option("--note", help="why, for people")


@click.group()
def callers() -> None:
    """The black list and the VIP list. NUMBER may be a beginning with a *, as 0755*."""


@callers.command("block")
@click.argument("number")
@click.option("--message", "prompt", help="a prompt that is played instead of busy")
@until
@note
@click.pass_obj
def block(app: App, /, number: str, **given: str | None) -> None:
    """Refuse a caller: busy without an answer, from the next call on."""
    _put(app, {"list": "block", "number": number, **given})


@callers.command("vip")
@click.argument("number")
@click.option("--tier", help="as gold; flows and rules may ask for it")
@click.option("--agent", help="the account manager, who is asked first")
@click.option("--wait", "wait_seconds", help="seconds to wait for a manager who is busy")
@click.option("--queue", help="straight to this queue, past the flow")
@click.option("--priority", help="in every queue: 1 to 20 go before others")
@until
@note
@click.pass_obj
def vip(app: App, /, number: str, **given: str | None) -> None:
    """Treat a caller first, from the next call on."""
    _put(app, {"list": "vip", "number": number, **given})


@callers.command("remove")
@click.argument("number")
@which
@click.pass_obj
def remove(app: App, number: str, listed: str | None) -> None:
    """Take a number off the lists."""
    country = app.site().country
    with app.sessions().begin() as session:
        gone = caller_lists.remove(session, number, country, listed)
    click.echo(f"{gone} entries of {normal(number, country)} removed")


@callers.command("list")
@which
@click.option("--last", default=50, show_default=True, type=click.IntRange(1), help="how many")
@as_json
@click.pass_obj
def list_callers(app: App, listed: str | None, last: int, json_wanted: bool) -> None:
    """The newest entries."""
    with app.sessions(read_only=True)() as session:
        zone = None if json_wanted else time_zone(session)
        rows = [columns(row, zone) for row in session.scalars(caller_lists.entries(listed, last))]
    if not json_wanted:
        rows = [row | {"number": row["number"] + "*" * row["prefix"]} for row in rows]
    print_rows(rows, SHOWN, json_wanted)


@callers.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--list", "listed", type=click.Choice(["block", "vip"]), help="of all rows without one")
@click.option("--preview", is_flag=True, help="say what would change, and change nothing")
@click.option("--rejected", type=click.Path(dir_okay=False, path_type=Path), help="write rejected rows here")
@as_json
@click.pass_obj
def import_callers(
    app: App, file: Path, listed: str | None, preview: bool, rejected: Path | None, json_wanted: bool
) -> None:
    """Add or change entries from a CSV file, whose first line names the columns. Wrong rows are left out."""
    site = app.site()
    with file.open(newline="", encoding="utf-8-sig") as text, app.sessions().begin() as session:
        try:
            report, good = caller_lists.compare(session, caller_lists.read_csv(text, listed, site))
        except (UnicodeDecodeError, csv.Error) as error:
            raise HotlineError(f"{file}: not a CSV file in UTF-8 ({error})") from None
        if not preview:
            caller_lists.put(session, good, getpass.getuser(), app.clock())
    if rejected is not None:
        _write_rejected(rejected, report)
    _tell(report, preview, json_wanted)


@callers.command("check")
@click.argument("number")
@as_json
@click.pass_obj
def check(app: App, number: str, json_wanted: bool) -> None:
    """What is known of a number now, and where its call to the first number would go."""
    site, now = app.site(), app.clock()
    with app.sessions(read_only=True)() as session:
        found = known(session, number, now, site.country)
    did = site.dids[0].number if site.dids else ""
    decision = decide(Published(site), "", did, number, now, found).decision
    record: dict[str, Any] = {
        "number": normal(number, site.country),
        "entry": found.entry and {name: getattr(found.entry, name) for name in found.entry.__slots__},
        "destination": decision.destination,
        "reasons": list(decision.reasons),
    }
    if json_wanted:
        print_json(record)
        return
    entry = found.entry.words if found.entry else "on no list"
    click.echo(f"{record['number']}: {entry}; {' → '.join((*decision.reasons, decision.destination))}")


def _put(app: App, values: dict[str, str | None]) -> None:
    site = app.site()
    row = caller_lists.entry(values, site)
    with app.sessions().begin() as session:
        caller_lists.put(session, [row], getpass.getuser(), app.clock())
    name = "black list" if row["list"] == "block" else "VIP list"
    click.echo(f"{row['number']}{'*' * row['prefix']} is on the {name}, from the next call on")


def _write_rejected(path: Path, report: caller_lists.Report) -> None:
    with path.open("w", newline="", encoding="utf-8") as out:
        writer = csv.DictWriter(out, (*caller_lists.COLUMNS, "reason"), extrasaction="ignore")
        writer.writeheader()
        writer.writerows({**row, "reason": reason} for _, reason, row in report.rejected)


def _tell(report: caller_lists.Report, preview: bool, json_wanted: bool) -> None:
    rejected = [{"line": line, "reason": reason, **row} for line, reason, row in report.rejected]
    counts = {"added": report.added, "changed": report.changed, "same": report.same}
    if json_wanted:
        print_json({"preview": preview, **counts, "rejected": rejected})
        return
    click.echo(
        f"{'would be ' if preview else ''}added {report.added}, changed {report.changed}; "
        f"the same already {report.same}; rejected {len(rejected)}"
    )
    for row in rejected[:REJECTED_SHOWN]:
        click.echo(f"  line {row['line']}: {row['reason']}")
    if len(rejected) > REJECTED_SHOWN:
        click.echo(f"  and {len(rejected) - REJECTED_SHOWN} more: --rejected FILE writes them all")
