"""``hotline calls dial``: click-to-dial from the command line."""

from __future__ import annotations

import asyncio
import getpass
import time

import click

from ami.dialling import dial
from callcenter.agents.seating import seats_of
from callcenter.calls.clicked import ANSWERED, became
from callcenter.errors import HotlineError, NotFound
from callcenter.ports import App
from callcenter.routing.number_plan import NumberPlan
from schema.config import Audit

WAIT_SECONDS = 150.0
"""Longer than the agent's phone and a number outside ring together."""
LOOK_SECONDS = 0.25


@click.command("dial")
@click.argument("number")
@click.option("--agent", required=True, help="whose phone rings first; the agent's rights count")
@click.option(
    "--wait", is_flag=True, help="come back when NUMBER has answered; fails, and says why, when not"
)
@click.pass_obj
def dial_number(app: App, number: str, agent: str, wait: bool) -> None:
    """Ring an agent's phone, then NUMBER. Prints the call's id."""
    with app.sessions(read_only=True)() as session:
        seat = seats_of(session, [agent]).get(agent)
    if seat is None:
        raise NotFound(f"agent {agent} is not logged in; see hotline agents list")
    seat_number = NumberPlan.of(app.site()).numbers.get(seat, "")
    call_id = asyncio.run(_dial(app, seat, seat_number, number))
    detail = {"agent": agent, "number": number, "call": call_id}
    with app.sessions().begin() as session:
        session.add(
            Audit(at=app.clock(), by=getpass.getuser(), action="call.dial", subject=agent, detail=detail)
        )
    click.echo(f"{call_id}: the phone of agent {agent} rings")
    if wait:
        _wait(app, call_id, number)


def _wait(app: App, call_id: str, number: str) -> None:
    """Raises HotlineError when the number did not answer."""
    until = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < until:
        with app.sessions(read_only=True)() as session:
            came_to = became(session, call_id)
        if came_to == ANSWERED:
            click.echo(f"{call_id}: {number} has answered")
            return
        if came_to:
            raise HotlineError(f"{call_id}: {number} is {came_to}")
        time.sleep(LOOK_SECONDS)
    raise HotlineError(f"{call_id}: nobody knows yet what became of it; see hotline calls show {call_id}")


async def _dial(app: App, seat: str, seat_number: str, number: str) -> str:
    async with app.manager() as manager:
        return await dial(manager, seat, seat_number, number)
