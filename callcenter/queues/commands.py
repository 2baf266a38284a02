"""``hotline queues stats|recount``: what has been in the queues, and the proof that it was counted right."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import Any
from zoneinfo import ZoneInfo

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from callcenter.errors import NotFound
from callcenter.ledger_format import CEL_FILE
from callcenter.ports import App
from callcenter.printing import as_json, print_json, print_rows
from callcenter.queues.ledger_files import lines
from callcenter.queues.recount import differences, recount
from callcenter.queues.statistics import limits_of, statistics
from callcenter.queues.stays import Stay
from callcenter.site_file.store import time_zone
from schema.calls import Leg, Visit

MOMENTS = ["%Y-%m-%d", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M"]
COLUMNS = (
    "queue", "begins_at", "offered", "answered", "abandoned", "short_abandoned", "left_by_key", "timed_out",
    "full", "nobody", "lost", "waiting", "service_level", "average_answer_s", "longest_wait_s",
)  # fmt: skip
CALLERS = ("caller", "local")
LEDGERS = "queue_log", f"cel-custom/{CEL_FILE}"
LOOKS, PAUSE_SECONDS = 4, 1.5
"""The listener writes what has just happened a moment after the ledger."""

from_ = click.option("--from", "first", type=click.DateTime(MOMENTS), help="in the site's zone; else today")
to = click.option("--to", "last", type=click.DateTime(MOMENTS), help="up to, not including; else now")
of_queue = click.option("--queue", help="only this queue")


@click.command()
@of_queue
@from_
@to
@click.option("--by", type=click.Choice(["hour", "day"]), help="one row for each")
@as_json
@click.pass_obj
def stats(
    app: App,
    queue: str | None,
    first: dt.datetime | None,
    last: dt.datetime | None,
    by: Any,
    json_wanted: bool,
) -> None:
    """What callers have met in each queue, and how soon they were answered."""
    limits = limits_of(app.site())
    _refuse_unknown(queue, limits)
    with app.sessions(read_only=True)() as session:
        zone = time_zone(session)
        found = statistics(session, limits, zone, *_period(app, zone, first, last), by, queue)
    rows = [{"queue": name, "begins_at": _told(begun), **one.told()} for (name, begun), one in found.items()]
    columns = COLUMNS if by else tuple(name for name in COLUMNS if name != "begins_at")
    print_rows(rows, columns, json_wanted, zone)


@click.command("recount")
@of_queue
@from_
@to
@as_json
@click.pass_obj
@click.pass_context
def recount_command(
    ctx: click.Context,
    app: App,
    queue: str | None,
    first: dt.datetime | None,
    last: dt.datetime | None,
    json_wanted: bool,
) -> None:
    """Count Asterisk's ledger again; equal to the visits, or each difference."""
    _refuse_unknown(queue, limits_of(app.site()))
    with app.sessions(read_only=True)() as session:
        period = _period(app, time_zone(session), first, last)
    for look in range(LOOKS):
        time.sleep(PAUSE_SECONDS if look else 0)
        only_booked, only_ledger, count = _compare(app, queue, period)
        if not (only_booked or only_ledger):
            break
    rows = [{"only_in": "visits", **asdict(stay)} for stay in only_booked]
    rows += [{"only_in": "ledger", **asdict(stay)} for stay in only_ledger]
    if json_wanted:
        print_json({"equal": not rows, "stays": count, "differences": rows})
    elif rows:
        print_rows(rows, ("only_in", "queue", "joined_at", "outcome", "key", "wait_ms"), json_wanted)
    else:
        click.echo(f"equal: {count} stays in the ledger and in the visits")
    ctx.exit(1 if rows else 0)


def _compare(
    app: App, queue: str | None, period: tuple[dt.datetime, dt.datetime]
) -> tuple[list[Stay], list[Stay], int]:
    folder = app.settings.log
    with app.sessions(read_only=True)() as session:
        booked = [stay for stay in _visits(session, period) if queue in (None, stay.queue)]
        others = set(session.scalars(select(Leg.uniqueid).where(Leg.kind.not_in(CALLERS))))
    queue_log, cel = (lines(folder / name, period[0]) for name in LEDGERS)
    counted = recount(queue_log, cel, others)
    here = [
        stay for stay in counted if period[0] <= stay.joined_at < period[1] and queue in (None, stay.queue)
    ]
    return (*differences(booked, here), len(here))


def _visits(session: Session, period: tuple[dt.datetime, dt.datetime]) -> Iterator[Stay]:
    columns = (Visit.queue, Visit.joined_at, Visit.outcome, Visit.key, Visit.wait_ms)
    wanted = select(*columns).where(Visit.joined_at >= period[0], Visit.joined_at < period[1])
    for row in session.execute(wanted):
        yield Stay(*row)


def _period(
    app: App, zone: ZoneInfo, first: dt.datetime | None, last: dt.datetime | None
) -> tuple[dt.datetime, dt.datetime]:
    now = app.clock().astimezone(zone)
    today = now.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    begin = first.replace(tzinfo=zone) if first else today
    return begin.astimezone(dt.UTC), (last.replace(tzinfo=zone) if last else now).astimezone(dt.UTC)


def _refuse_unknown(queue: str | None, known: Iterable[str]) -> None:
    if queue is not None and queue not in known:
        raise NotFound(f"there is no queue {queue}; the site has {', '.join(sorted(known))}")


def _told(moment: dt.datetime | None) -> str | None:
    return None if moment is None else moment.isoformat(timespec="minutes")
