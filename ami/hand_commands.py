"""``hotline calls transfer|add|listen|…``: what is done to a call that is up."""

from __future__ import annotations

import asyncio
import getpass
from collections.abc import Awaitable, Callable, Collection
from typing import TypeVar

import click

from ami.dial_commands import dial_number
from ami.hands import Desk, Hands
from ami.pushing import Push, Pushing
from ami.supervising import Supervising, Wish
from callcenter import audit
from callcenter.agents.conversation import Channel, Conversation
from callcenter.agents.seating import logged_in
from callcenter.agents.supervision import DEEDS, Deed
from callcenter.calls.commands import calls
from callcenter.calls.missed_commands import missed_calls
from callcenter.errors import HotlineError, NotFound
from callcenter.ports import App
from callcenter.routing.desks import around
from callcenter.routing.inside import begin
from callcenter.routing.inside_call import House
from callcenter.routing.number_plan import NumberPlan
from callcenter.site_file.published import Published

T = TypeVar("T")
calls.add_command(dial_number)
WORDS: dict[Deed, tuple[str, str]] = {
    "listen": ("listen", "Let a supervisor hear a call."),
    "whisper": ("whisper", "Let a supervisor hear a call and speak to the agent alone."),
    "barge": ("barge", "Let a supervisor hear a call and speak to both."),
    "disconnect": ("disconnect", "Take the agent out of a call; the caller goes on to what follows."),
    "take_over": ("take-over", "Put a supervisor in the agent's place."),
    "pick_up": ("pick-up", "Let a supervisor answer a call that rings at an agent's phone."),
}
NOWHERE = ("unknown_number", "not_allowed")
AT_A_PHONE = tuple(deed for deed in DEEDS if deed != "disconnect")


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

    async def work(hands: Hands) -> str:
        if complete or cancel:
            talk = await hands.conversation(call_id)
            ours = talk.consulting({_seat_of(app, agent)} if agent else _seats(app))
            await (hands.complete if complete else hands.cancel)(ours)
            return f"call {call_id} {'is handed over' if complete else f'goes back to {ours.endpoint}'}"
        _, ours = await _talk(app, hands, call_id, agent)
        await asyncio.to_thread(_check_number, app, ours.endpoint, number or "")
        await (hands.consult if attended else hands.pass_on)(ours, number or "")
        return f"call {call_id}: {ours.endpoint} {'speaks' if attended else 'has passed it on'} to {number}"

    click.echo(_with_hands(app, work))


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
    if colleague:
        _seat_of(app, colleague)
    third = number or colleague or ""

    async def work(hands: Hands) -> str:
        talk, ours = await _talk(app, hands, call_id, agent)
        await asyncio.to_thread(_check_number, app, ours.endpoint, third)
        await hands.add(talk, ours, talk.party(_seats(app)), third)
        return f"call {call_id}: {third} has joined"

    click.echo(_with_hands(app, work))


def _supervise(deed: Deed) -> click.Command:
    name, said = WORDS[deed]

    @click.command(name, help=said)
    @click.argument("call_id", metavar="CALL")
    @click.option("--as", "supervisor", required=True, help="the supervisor's agent number")
    @click.option("--agent", default="", help="whose talk, when several are in the call")
    @click.pass_obj
    def command(app: App, call_id: str, supervisor: str, agent: str) -> None:
        with audit.closed_without():
            site = app.site()
            endpoint = _seat_of(app, supervisor) if deed in AT_A_PHONE else ""

        async def work(hands: Hands) -> str:
            supervising = Supervising(hands, app.sessions(), site, app.clock)
            via = f"cli {getpass.getuser()}"
            await supervising.carry_out(Wish(supervisor, via, deed, Desk(endpoint), call_id, agent))
            return f"call {call_id}: {name} by {supervisor}"

        click.echo(_with_hands(app, work))

    return command


calls.add_command(missed_calls)
for _deed in DEEDS:
    calls.add_command(_supervise(_deed))


def _with_hands(app: App, work: Callable[[Hands], Awaitable[T]]) -> T:
    async def run() -> T:
        async with app.manager() as manager:
            return await work(Hands(manager))

    return asyncio.run(run())


async def _talk(app: App, hands: Hands, call_id: str, agent: str | None) -> tuple[Conversation, Channel]:
    """The call now, and the phone of the agent who acts."""
    talk = await hands.conversation(call_id)
    return talk, talk.colleague({_seat_of(app, agent)} if agent else _seats(app))


def _check_number(app: App, seat: str, number: str) -> None:
    """Raises HotlineError for a number that leads nowhere, whoever is there: the caller would be sent off in vain."""
    site = app.site()
    plan = NumberPlan.of(site)
    with app.sessions(read_only=True)() as session:
        desks = around(session, plan, number, seat)
    decision = begin(House(Published(site), plan, app.clock(), desks), seat, number)
    if decision.act == "refuse" and decision.argument in NOWHERE:
        reasons = "; ".join(decision.reasons)
        raise HotlineError(f"nothing was done: {reasons}")


def _seats(app: App) -> Collection[str]:
    return {seat.name for seat in app.site().seats}


def _seat_of(app: App, agent: str) -> str:
    if agent not in {one.number for one in app.site().agents}:
        raise NotFound(f"there is no agent {agent}; see hotline agents list")
    with app.sessions(read_only=True)() as session:
        found = next((login.seat for login in logged_in(session) if login.agent == agent), None)
    if found is None:
        raise HotlineError(f"agent {agent} is not logged in; see hotline agents list")
    return found


@calls.command()
@click.argument("call_id", metavar="CALL")
@click.option("--survey", "name", help="another survey than the queue's own")
@click.pass_obj
def survey(app: App, call_id: str, name: str | None) -> None:
    """Send the caller to the survey: the agent is out, the caller is asked."""

    async def run() -> Push:
        async with app.manager() as manager:
            return await Pushing(manager, app.site).push(call_id, name)

    push = asyncio.run(run())
    click.echo(f"call {call_id}: the caller is asked survey {push.survey or 'of the queue'}")
