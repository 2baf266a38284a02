"""``hotline calls transfer|add|listen|…``: what is done to a call that is up."""

from __future__ import annotations

import asyncio

import click

from ami.call_desk import CallDesk
from ami.dial_commands import dial_number
from callcenter.agents.supervision import DEEDS, Deed
from callcenter.audit_commands import typed
from callcenter.calls.commands import calls
from callcenter.calls.missed_commands import missed_calls
from callcenter.ports import App

calls.add_command(dial_number)
WORDS: dict[Deed, tuple[str, str]] = {
    "listen": ("listen", "Let a supervisor hear a call."),
    "whisper": ("whisper", "Let a supervisor hear a call and speak to the agent alone."),
    "barge": ("barge", "Let a supervisor hear a call and speak to both."),
    "disconnect": ("disconnect", "Take the agent out of a call; the caller goes on to what follows."),
    "take_over": ("take-over", "Put a supervisor in the agent's place."),
    "pick_up": ("pick-up", "Let a supervisor answer a call that rings at an agent's phone."),
}


@calls.command()
@click.argument("call_id", metavar="CALL")
@click.option("--to", "number", help="an inside or outside number, dialled by the agent's rights")
@click.option("--attended", is_flag=True, help="let the agent speak with them first")
@click.option("--complete", is_flag=True, help="hand the call to whom the agent speaks with")
@click.option("--cancel", is_flag=True, help="back to the caller instead")
@click.option("--from", "agent", help="the agent who passes the call on, when several are in it")
@click.pass_obj
def transfer(
    app: App,
    call_id: str,
    number: str | None,
    attended: bool,
    complete: bool,
    cancel: bool,
    agent: str | None,
) -> None:
    """Pass a call on. Nobody takes it: it comes back to the agent."""
    if sum(map(bool, (number, complete, cancel))) != 1:
        raise click.UsageError("say one of --to, --complete, --cancel")
    desk, by = CallDesk(app, app.manager), typed()
    if complete:
        asyncio.run(desk.complete(by, call_id, agent))
        click.echo(f"call {call_id} is handed over")
    elif cancel:
        click.echo(f"call {call_id} goes back to {asyncio.run(desk.cancel(by, call_id, agent))}")
    else:
        seat = asyncio.run(desk.transfer(by, call_id, number or "", attended=attended, agent=agent))
        click.echo(f"call {call_id}: {seat} {'speaks' if attended else 'has passed it on'} to {number}")


@calls.command()
@click.argument("call_id", metavar="CALL")
@click.option("--number", help="an inside or outside number, dialled by the agent's rights")
@click.option("--agent", "colleague", help="a colleague")
@click.option("--from", "agent", help="the agent who adds them, when several are in the call")
@click.pass_obj
def add(app: App, call_id: str, number: str | None, colleague: str | None, agent: str | None) -> None:
    """Make it a talk of three: the agent may leave, and the others go on."""
    if bool(number) == bool(colleague):
        raise click.UsageError("say one of --number, --agent")
    desk = CallDesk(app, app.manager)
    third = asyncio.run(desk.add(typed(), call_id, number=number, colleague=colleague, agent=agent))
    click.echo(f"call {call_id}: {third} has joined")


def _supervise(deed: Deed) -> click.Command:
    name, said = WORDS[deed]

    @click.command(name, help=said)
    @click.argument("call_id", metavar="CALL")
    @click.option("--as", "supervisor", required=True, help="the supervisor's agent number")
    @click.option("--agent", default="", help="whose talk, when several are in the call")
    @click.pass_obj
    def command(app: App, call_id: str, supervisor: str, agent: str) -> None:
        asyncio.run(CallDesk(app, app.manager).supervise(typed(), deed, call_id, supervisor, agent))
        click.echo(f"call {call_id}: {name} by {supervisor}")

    return command


calls.add_command(missed_calls)
for _deed in DEEDS:
    calls.add_command(_supervise(_deed))


@calls.command()
@click.argument("call_id", metavar="CALL")
@click.option("--survey", "name", help="another survey than the queue's own")
@click.pass_obj
def survey(app: App, call_id: str, name: str | None) -> None:
    """Send the caller to the survey: the agent is out, the caller is asked."""

    asked = asyncio.run(CallDesk(app, app.manager).survey(typed(), call_id, name))
    click.echo(f"call {call_id}: the caller is asked survey {asked or 'of the queue'}")
