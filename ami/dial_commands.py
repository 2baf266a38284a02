"""``hotline calls dial``: click-to-dial from the command line."""

from __future__ import annotations

import asyncio
import getpass

import click

from ami.dialling import dial
from callcenter.agents import seats_of
from callcenter.errors import NotFound
from callcenter.number_plan import NumberPlan
from callcenter.ports import App
from schema.config import Audit


@click.command("dial")
@click.argument("number")
@click.option("--agent", required=True, help="whose phone rings first; the agent's rights count")
@click.pass_obj
def dial_number(app: App, number: str, agent: str) -> None:
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


async def _dial(app: App, seat: str, seat_number: str, number: str) -> str:
    async with app.manager() as manager:
        return await dial(manager, seat, seat_number, number)
