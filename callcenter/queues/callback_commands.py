"""``hotline callbacks``: callers who asked to be called back, and those who kept their place."""

from __future__ import annotations

from typing import Any

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from callcenter.ports import App
from callcenter.printing import as_json, print_rows
from callcenter.queues import kept_places
from callcenter.site_file.store import time_zone
from schema.calls import CallbackRequest
from schema.waiting import KeptPlace

COLUMNS = ("place", "queue", "number", "asked_at", "joined_at", "priority", "state", "tries", "call_id")


@click.group()
def callbacks() -> None:
    """Call-backs that callers have asked for."""


@callbacks.command("list")
@click.option("--queue", help="only this queue")
@click.option("--all", "every", is_flag=True, help="also those that are done, failed or cancelled")
@as_json
@click.pass_obj
def list_callbacks(app: App, queue: str | None, every: bool, json_wanted: bool) -> None:
    """In the order in which they are called; without a place: a request that a person has to see to."""
    with app.sessions(read_only=True)() as session:
        zone = time_zone(session)
        rows = [row for row in _rows(session, every) if queue in (None, row["queue"])]
    for row in rows if not json_wanted else ():
        for name in ("asked_at", "joined_at"):
            row[name] = row[name] and f"{row[name].astimezone(zone):%Y-%m-%d %H:%M:%S}"
    print_rows(rows, COLUMNS, json_wanted, zone)


@callbacks.command()
@click.argument("place", type=int)
@click.pass_obj
def cancel(app: App, place: int) -> None:
    """Give up a kept place, by its number in the list. A phone that rings for it is let go."""
    with app.sessions().begin() as session:
        row = kept_places.cancel(session, place, app.clock())
        said = f"kept place {place} of {row.number} in queue {row.queue} is cancelled"
    click.echo(said)


def _rows(session: Session, every: bool) -> list[dict[str, Any]]:
    wanted = select(CallbackRequest, KeptPlace).outerjoin(
        KeptPlace,
        (KeptPlace.call_id == CallbackRequest.call_id) & (KeptPlace.asked_at == CallbackRequest.asked_at),
    )
    found = [_row(request, place) for request, place in session.execute(wanted)]
    kept = [row for row in found if every or row["state"] in ("open", *kept_places.OPEN)]
    return sorted(
        kept, key=lambda row: (row["queue"], -(row["priority"] or 0), row["joined_at"] or row["asked_at"])
    )


def _row(request: CallbackRequest, place: KeptPlace | None) -> dict[str, Any]:
    return {
        "place": place.id if place else None,
        "queue": request.queue,
        "number": request.number,
        "asked_at": request.asked_at,
        "joined_at": place.joined_at if place else None,
        "priority": place.priority if place else None,
        "state": place.state if place else request.state,
        "tries": place.tries if place else None,
        "next_at": place.next_at if place else None,
        "call_id": request.call_id,
        "back_call_id": place.back_call_id if place else None,
    }
