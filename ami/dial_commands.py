"""``hotline calls dial``: click-to-dial from the command line."""

from __future__ import annotations

import asyncio
import time

import click

from ami.call_desk import CallDesk
from callcenter.audit_commands import typed
from callcenter.calls.clicked import ANSWERED, became
from callcenter.errors import HotlineError
from callcenter.ports import App

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
    call_id = asyncio.run(CallDesk(app, app.manager).dial(typed(), agent, number))
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
