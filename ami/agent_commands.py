"""``hotline agents``: who sits where. The queues follow at once, or when the listener next looks."""

from __future__ import annotations

import asyncio

import click

from ami.members import reconcile
from callcenter import agents as service
from callcenter.call_page import columns
from callcenter.errors import Unreachable
from callcenter.ports import App
from callcenter.printing import as_json, print_rows
from callcenter.site_store import time_zone


@click.group()
def agents() -> None:
    """Agents and their seats."""


@agents.command("list")
@as_json
@click.pass_obj
def list_agents(app: App, json_wanted: bool) -> None:
    """Every agent, and the seat of those logged in."""
    with app.sessions(read_only=True)() as session:
        zone = None if json_wanted else time_zone(session)
        logins = {login.agent: columns(login, zone) for login in service.logged_in(session)}
    rows = [
        {"agent": agent.number, "title": agent.title}
        | {name: logins.get(agent.number, {}).get(name) for name in ("seat", "began_at", "paused_reason")}
        for agent in app.site().agents
    ]
    print_rows(rows, ("agent", "title", "seat", "began_at", "paused_reason"), json_wanted, zone)


@agents.command("login")
@click.argument("agent")
@click.option("--seat", required=True, help="the seat's name, as desk1")
@click.pass_obj
def log_in(app: App, agent: str, seat: str) -> None:
    """Seat an agent and put them into their queues."""
    with app.sessions().begin() as session:
        service.log_in(session, app.site(), agent, seat, app.clock)
    _follow(app, f"agent {agent} is logged in at {seat}")


@agents.command("logout")
@click.argument("agent")
@click.pass_obj
def log_out(app: App, agent: str) -> None:
    """Take an agent out of their queues."""
    with app.sessions().begin() as session:
        service.log_out(session, agent, app.clock)
    _follow(app, f"agent {agent} is logged out")


@agents.command("pause")
@click.argument("agent")
@click.option("--reason", default="break", show_default=True, help="why, as the desk shows it")
@click.pass_obj
def pause(app: App, agent: str, reason: str) -> None:
    """Send an agent no calls for a while."""
    with app.sessions().begin() as session:
        service.pause(session, agent, reason)
    _follow(app, f"agent {agent} is paused: {reason}")


@agents.command("unpause")
@click.argument("agent")
@click.pass_obj
def unpause(app: App, agent: str) -> None:
    """Send a paused agent calls again."""
    with app.sessions().begin() as session:
        service.unpause(session, agent)
    _follow(app, f"agent {agent} is no longer paused")


def _follow(app: App, done: str) -> None:
    try:
        changes = asyncio.run(_reconcile(app))
    except Unreachable as error:
        click.echo(f"{done}; the queues follow when Asterisk is there ({error})")
        return
    click.echo(f"{done}; {changes} queue memberships changed")


async def _reconcile(app: App) -> int:
    def wanted() -> list[service.Membership]:
        with app.sessions(read_only=True)() as session:
            return service.memberships(service.logged_in(session), app.site())

    async with app.manager() as manager:
        return await reconcile(manager, wanted)
