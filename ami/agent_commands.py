"""``hotline agents``: who sits where. The queues follow at once, or when the listener next looks."""

from __future__ import annotations

import asyncio
from zoneinfo import ZoneInfo

import click

from ami.members import reconcile, take_out
from callcenter.agents import seating as service
from callcenter.agents.pins import unlock
from callcenter.agents.states import Stretch, end_wrap_up, extend_wrap_up, present
from callcenter.agents.times import read_times
from callcenter.calls.page import columns
from callcenter.errors import NotFound, Unreachable
from callcenter.ports import App
from callcenter.printing import as_json, print_rows
from callcenter.routing import desks
from callcenter.routing.number_plan import NumberPlan
from callcenter.site_file.store import time_zone
from callcenter.windows import between, moment


@click.group()
def agents() -> None:
    """Agents and their seats."""


@agents.command("list")
@as_json
@click.pass_obj
def list_agents(app: App, json_wanted: bool) -> None:
    """Every agent: the seat and the state of those logged in."""
    with app.sessions(read_only=True)() as session:
        zone = None if json_wanted else time_zone(session)
        logins = {login.agent: columns(login, zone) for login in service.logged_in(session)}
        states = present(session, app.clock())
    rows = [
        {"agent": agent.number, "title": agent.title}
        | {name: logins.get(agent.number, {}).get(name) for name in ("seat", "began_at", "paused_reason")}
        | _state(states.get(agent.number), zone)
        for agent in app.site().agents
    ]
    names = ("agent", "title", "seat", "began_at", "state", "paused_reason", "since_at", "until_at")
    print_rows(rows, names, json_wanted, zone)


def _state(now: Stretch | None, zone: ZoneInfo | None) -> dict[str, str | None]:
    if now is None:
        return {"state": None, "since_at": None, "until_at": None}
    return {"state": now.state, "since_at": moment(now.began_at, zone), "until_at": moment(now.until, zone)}


@agents.command("login")
@click.argument("agent")
@click.option("--seat", required=True, help="the seat's name, as desk1")
@click.pass_obj
def log_in(app: App, agent: str, seat: str) -> None:
    """Seat an agent and put them into their queues."""
    with app.sessions().begin() as session:
        site = app.site()
        already = service.seats_of(session, [agent]).get(agent) == seat
        service.log_in(session, site, agent, seat, app.clock)
        desks.follow(session, NumberPlan.of(site), [agent], app.clock)
    follow(app, f"agent {agent} is logged in {'there already' if already else f'at {seat}'}")


@agents.command("logout")
@click.argument("agent")
@click.pass_obj
def log_out(app: App, agent: str) -> None:
    """Take an agent out of their queues."""
    with app.sessions().begin() as session:
        service.log_out(session, agent, app.clock)
    follow(app, f"agent {agent} is logged out")


@agents.command("pause")
@click.argument("agent")
@click.option("--reason", default="", help="why: one of the site's pause_reasons, or a word of yours [break]")
@click.pass_obj
def pause(app: App, agent: str, reason: str) -> None:
    """Send an agent no calls for a while."""
    with app.sessions().begin() as session:
        reason = service.known_reason(app.site(), reason)
        service.pause(session, agent, reason, app.clock)
    follow(app, f"agent {agent} is paused: {reason}")


@agents.command("unpause")
@click.argument("agent")
@click.pass_obj
def unpause(app: App, agent: str) -> None:
    """Send a paused agent calls again."""
    with app.sessions().begin() as session:
        desks.end_pause(session, NumberPlan.of(app.site()), agent, app.clock)
    follow(app, f"agent {agent} is no longer paused")


@agents.command("ready")
@click.argument("agent")
@click.pass_obj
def ready(app: App, agent: str) -> None:
    """End an agent's wrap-up before its time."""
    with app.sessions().begin() as session:
        end_wrap_up(session, service.seated(session, agent), app.clock())
    follow(app, f"agent {agent} is ready", again=agent)


@agents.command("wrapup")
@click.argument("agent")
@click.option("--seconds", type=click.IntRange(1, 3600), required=True, help="how much longer")
@click.pass_obj
def longer(app: App, agent: str, seconds: int) -> None:
    """Make the wrap-up an agent is in longer."""
    with app.sessions().begin() as session:
        until = extend_wrap_up(session, agent, app.clock(), seconds)
        zone = time_zone(session)
    follow(app, f"agent {agent} is in wrap-up until {moment(until, zone)}")


@agents.command("unlock")
@click.argument("agent")
@click.pass_obj
def unlock_pin(app: App, agent: str) -> None:
    """Let an agent try their PIN again; hotline secrets show agent/NUMBER tells it."""
    with app.sessions().begin() as session:
        unlock(session, agent)
    click.echo(f"the PIN of agent {agent} is unlocked")


@agents.command("times")
@click.option("--agent", help="this one only")
@click.option("--from", "first", help="a day or moment as 2026-03-02 or 2026-03-02T09:00, in the site's zone")
@click.option("--to", "last", help="likewise; a day counts to its end; default: now")
@as_json
@click.pass_obj
def agent_times(app: App, agent: str | None, first: str | None, last: str | None, json_wanted: bool) -> None:
    """Seconds logged in, ready, paused, in wrap-up, unreachable, ringing and talking; of today by default."""
    numbers = [known.number for known in app.site().agents if agent in (None, known.number)]
    if not numbers:
        raise NotFound(f"there is no agent {agent}; see hotline agents list")
    with app.sessions(read_only=True)() as session:
        window = between(first, last, time_zone(session), app.clock())
        rows = [found.as_dict() for found in read_times(session, numbers, window)]
    kept = rows if json_wanted or agent else [row for row in rows if row["logged_in_s"] or row["talking_s"]]
    names = (
        "agent",
        "logged_in_s",
        "ready_s",
        "paused_s",
        "wrapup_s",
        "unreachable_s",
        "ringing_s",
        "talking_s",
    )
    print_rows(kept, names, json_wanted)
    if not json_wanted:
        for row in kept:
            for reason, seconds in row["reasons"].items():
                click.echo(f"agent {row['agent']} paused for {reason}: {seconds} s")


def follow(app: App, done: str, again: str | None = None) -> None:
    """Let the queues follow what was ``done``, and say so."""
    try:
        changes = asyncio.run(_reconcile(app, again))
    except Unreachable as error:
        click.echo(f"{done}; the queues follow when Asterisk is there ({error})")
        return
    click.echo(f"{done}; {changes} queue memberships changed")


async def _reconcile(app: App, again: str | None) -> int:
    """``again``: this agent's members are taken out first, for a new one has no wrap-up to end."""

    def wanted() -> list[service.Membership]:
        with app.sessions(read_only=True)() as session:
            return service.wanted(session, app.site(), app.clock())

    async with app.manager() as manager:
        if again is not None:
            await take_out(manager, again)
        return await reconcile(manager, wanted)
