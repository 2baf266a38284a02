"""``hotline scores`` and ``hotline scores rates``; those of links are in ``invitation_commands.py``."""

from __future__ import annotations

import datetime as dt
from typing import Any

import click
from sqlalchemy import select

from callcenter.calls.page import columns
from callcenter.ports import App
from callcenter.printing import as_json, print_rows
from callcenter.site_file.store import time_zone
from callcenter.survey.invitation_commands import invitations, invite
from callcenter.survey.rates import By, Rate, read_rates
from schema.calls import Score

SCORE_COLUMNS = ("at", "call_id", "agent", "queue", "outcome", "score", "way", "reason")
RATE_COLUMNS = (
    *("answered", "offered", "asked", "asked %", "scored", "scored %"),
    *("invited", "by link", "mean", "why not", "seldom"),
)
MOMENT = click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"])


@click.group(invoke_without_command=True)
@click.option("--last", default=20, show_default=True, type=click.IntRange(1), help="how many")
@click.option("--agent", help="only this agent's")
@as_json
@click.pass_context
def scores(context: click.Context, last: int, agent: str | None, json_wanted: bool) -> None:
    """The newest satisfaction scores, and why there is none where there is none."""
    if context.invoked_subcommand:
        return
    app: App = context.obj
    wanted = select(Score).order_by(Score.at.desc()).limit(last)
    if agent is not None:
        wanted = wanted.where(Score.agent == agent)
    with app.sessions(read_only=True)() as session:
        zone = None if json_wanted else time_zone(session)
        rows = [columns(score, zone) for score in session.scalars(wanted)]
    print_rows(rows, SCORE_COLUMNS, json_wanted, zone)


@scores.command()
@click.option("--from", "since", type=MOMENT, help="the first day, in the site's zone")
@click.option("--to", "until", type=MOMENT, help="the day, or moment, before which it ends")
@click.option("--by", type=click.Choice(["agent", "queue", "survey"]), default="agent", show_default=True)
@as_json
@click.pass_obj
def rates(app: App, since: dt.datetime | None, until: dt.datetime | None, by: By, json_wanted: bool) -> None:
    """How many answered calls reach the survey and are scored; whose reach it too seldom stand on top."""
    with app.sessions(read_only=True)() as session:
        zone = time_zone(session)
        first, last = (moment and moment.replace(tzinfo=zone) for moment in (since, until))
        found = read_rates(session, by, first, last)
    rows = [{by: rate.name, **(_figures(rate) if json_wanted else _words(rate))} for rate in found]
    print_rows(rows, (by, *RATE_COLUMNS), json_wanted)


scores.add_command(invite)
scores.add_command(invitations)


def _figures(rate: Rate) -> dict[str, Any]:
    names = ("answered", "offered", "asked", "scored", "invited", "by_link", "seldom")
    counts = {name: getattr(rate, name) for name in names}
    shares = {name: getattr(rate, name) for name in ("asked_rate", "answered_rate", "link_rate", "mean")}
    return counts | shares | {"why_not": dict(rate.why_not)}


def _words(rate: Rate) -> dict[str, Any]:
    why_not = ", ".join(f"{count} {why}" for why, count in rate.why_not.most_common())
    return {
        **{name: getattr(rate, name) for name in ("answered", "offered", "asked", "scored", "invited")},
        "by link": rate.by_link,
        "asked %": _percent(rate.asked_rate),
        "scored %": _percent(rate.answered_rate),
        "mean": None if rate.mean is None else f"{rate.mean:.2f}",
        "why not": why_not or None,
        "seldom": "too seldom asked" if rate.seldom else None,
    }


def _percent(share: float | None) -> str | None:
    return None if share is None else f"{share:.0%}"
