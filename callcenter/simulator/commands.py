"""``hotline simulate``: walk a call through its flow without a call."""

from __future__ import annotations

import datetime as dt
import json
import pathlib
from typing import Any

import click

from callcenter.flow import Failed, Found, NotFound
from callcenter.ports import App
from callcenter.routing.number_plan import NumberPlan
from callcenter.simulator import checks
from callcenter.simulator.known import known, known_options, people, phones_of, seat_named, unasked
from callcenter.simulator.text import lines, record
from callcenter.simulator.walk import Looked, Path, simulate
from callcenter.site_file.document import load
from callcenter.site_file.published import Published


class Moment(click.ParamType[dt.datetime]):
    """A date and time as ``2026-10-01T09:30``, with or without an offset."""

    name = "moment"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> dt.datetime:
        try:
            return dt.datetime.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value} is not a date and time: write it as 2026-10-01T09:30", param, ctx)


class LookupAnswer(click.ParamType[Looked]):
    """``found:balance=12.5,owner.name=Li``, ``not_found``, ``failed`` or ``failed:reason``."""

    name = "answer"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Looked:
        kind, _, rest = str(value).partition(":")
        if kind == "not_found" and not rest:
            return NotFound()
        if kind == "failed":
            return Failed(rest or "the simulation says it failed")
        pairs = [pair.partition("=") for pair in rest.split(",")] if rest else []
        if kind != "found" or not all(path and sign for path, sign, _ in pairs):
            self.fail(f"{value}: write found:PATH=VALUE,…, not_found or failed:REASON", param, ctx)
        return Found(_nested([(path, text) for path, _, text in pairs]))


@click.command("simulate")
@click.option("--did", required=True, help="The number dialled.")
@click.option("--trunk", default="", help="The trunk the call comes in on; left out: the number's own.")
@click.option("--caller", default="", help="The caller's number; left out: hidden.")
@click.option("--at", type=Moment(), help="When, in the site's zone unless it has an offset; left out: now.")
@click.option("--press", default="", help="Keys, one entry a question: 2,1 or 2,,1234# (empty: silence).")
@click.option(
    "--lookup",
    "lookups",
    type=LookupAnswer(),
    multiple=True,
    help="The next look-up's answer: found:balance=12.5 (dotted paths), not_found, failed:REASON.",
)
@click.option(
    "--outcome",
    "outcomes",
    multiple=True,
    help="What the next action comes to: timeout, full, nobody, key-1, busy, no_answer, unreachable, "
    "not_logged_in, done.",
)
@click.option(
    "--site", "file", type=click.Path(path_type=pathlib.Path), help="A site file; left out: the stored site."
)
@known_options
@click.option("--from", "seat", help="A seat's name or number: the call is dialled there, not on a trunk.")
@click.option(
    "--seated", multiple=True, help="1001=8001: this agent is logged in at this seat; else by --real."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def simulate_command(
    app: App,
    /,
    did: str,
    trunk: str,
    caller: str,
    at: dt.datetime | None,
    press: str,
    lookups: tuple[Looked, ...],
    outcomes: tuple[str, ...],
    file: pathlib.Path | None,
    as_json: bool,
    last_agent: str | None,
    states: tuple[str, ...],
    seat: str | None,
    seated: tuple[str, ...],
    **who: Any,
) -> None:
    """Walk a call through its flow, on the code that serves calls, and say what happens and why."""
    site = app.site() if file is None else load(file)
    published = Published(site)
    moment = at or dt.datetime.now(published.zone)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=published.zone)
    plan = NumberPlan.of(site)
    at_seat = seat_named(plan, seat, trunk) if seat else ""
    trunk = "" if seat else trunk or own_trunk(published, did)
    checks.named("--trunk", trunk, "trunk", published.trunks)
    checks.dialled("--did", did)
    checks.dialled("--caller", caller)
    checks.pressed(press)
    checks.outcomes(outcomes)
    caller = plan.numbers[at_seat] if at_seat else caller
    what = known(app, site, caller, moment, **who)
    whom = people(plan, last_agent, states)
    phones = phones_of(app, published, plan, at_seat, moment, who["real"], seated)
    given = iter(outcomes)
    rung = phones.dial(at_seat, did, given) if phones and seat else None
    if rung and rung.act != "flow":
        path = Path((), (), rung.decisions)
    else:
        path = simulate(
            published,
            did=did,
            trunk=trunk,
            caller=caller,
            at=moment,
            presses=press,
            lookups=lookups,
            outcomes=given,
            known=what,
            people=whom,
            phones=phones,
        )
        path = path._replace(
            decisions=(rung.decisions if rung else ()) + path.decisions,
            warnings=(*path.warnings, *unasked(site, what.entry)),
        )
    if as_json:
        click.echo(
            json.dumps({"at": moment.isoformat(), **record(published, path)}, ensure_ascii=False, indent=2)
        )
    else:
        click.echo("\n".join(lines(published, path)))


def own_trunk(published: Published, did: str) -> str:
    """The trunk a number is on; empty when it is on any, or not known."""
    found = published.by_number.get(did)
    return (found and found.trunk) or ""


def _nested(pairs: list[tuple[str, str]]) -> dict[str, object]:
    """Dotted paths and their values as the JSON object that holds them."""
    top: dict[str, object] = {}
    for path, value in pairs:
        *parents, last = path.split(".")
        inner = top
        for name in parents:
            below = inner.setdefault(name, {})
            inner = below if isinstance(below, dict) else {}
        inner[last] = value
    return top
