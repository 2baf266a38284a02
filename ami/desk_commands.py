"""``hotline desks``: what inside numbers do with calls to them. It holds from the next call on.

The queues follow, for an agent whose phone takes no calls is paused.
"""

from __future__ import annotations

import getpass

import click

from ami.agent_commands import follow
from callcenter.ports import App
from callcenter.printing import as_json, print_rows
from callcenter.routing import desks as service
from callcenter.routing.number_plan import NumberPlan

COLUMNS = ("number", *service.Settings._fields)


@click.group()
def desks() -> None:
    """Do-not-disturb, forwarding and follow-me of seats' and agents' numbers."""


@desks.command("list")
@as_json
@click.pass_obj
def list_desks(app: App, json_wanted: bool) -> None:
    """Every number that does not simply ring."""
    with app.sessions(read_only=True)() as session:
        found = service.everyone(session)
    rows = [{"number": number, **settings._asdict()} for number, settings in found.items()]
    print_rows(rows, COLUMNS, json_wanted)


@desks.command("set")
@click.argument("number")
@click.option("--do-not-disturb/--disturb", default=None, help="busy to every call, or no longer")
@click.option("--always", help="where every call goes; '' ends it, here and below")
@click.option("--busy", help="where calls go while it is busy")
@click.option("--no-answer", help="where calls go that nobody answers")
@click.option("--unreachable", help="where calls go while the phone is off, or the agent not logged in")
@click.option("--ring-seconds", type=click.IntRange(5, 180), help="how long it rings")
@click.option("--follow-me", help="a phone outside that rings when nobody answers; a key takes the call")
@click.pass_obj
def set_desk(app: App, /, number: str, **values: str | int | bool | None) -> None:
    """Change some settings of a seat's or an agent's NUMBER."""
    given = {name: value or None for name, value in values.items() if value is not None}
    flags = {} if values["do_not_disturb"] is None else {"do_not_disturb": bool(values["do_not_disturb"])}
    with app.sessions().begin() as session:
        changed = service.change(
            session, NumberPlan.of(app.site()), number, getpass.getuser(), app.clock, **(given | flags)
        )
    said = ", ".join(f"{name} {value}" for name, value in changed._asdict().items() if value)
    follow(app, f"{number}: {said or 'rings'}")


@desks.command("clear")
@click.argument("number")
@click.pass_obj
def clear_desk(app: App, number: str) -> None:
    """Let a NUMBER simply ring again."""
    plain = service.Settings()._asdict()
    with app.sessions().begin() as session:
        service.change(session, NumberPlan.of(app.site()), number, getpass.getuser(), app.clock, **plain)
    follow(app, f"{number}: rings")
