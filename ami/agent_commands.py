"""``hotline agents``: who sits where. The queues follow at once, or when the listener next looks."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

import click

from ami.agent_desk import AgentDesk
from callcenter.agents import seating as service
from callcenter.agents.pins import unlock
from callcenter.agents.roster import COLUMNS, roster
from callcenter.agents.states import end_wrap_up, extend_wrap_up
from callcenter.agents.times import read_times
from callcenter.audit_commands import typed
from callcenter.errors import NotFound
from callcenter.ports import AgentDeed, App
from callcenter.printing import as_json, print_rows
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
        rows = roster(session, app.site(), app.clock(), zone)
    print_rows(rows, COLUMNS, json_wanted, zone)


@agents.command("login")
@click.argument("agent")
@click.option("--seat", required=True, help="the seat's name, as desk1")
@click.pass_obj
def log_in(app: App, agent: str, seat: str) -> None:
    """Seat an agent and put them into their queues."""
    _tell(AgentDesk(app, app.manager).log_in(typed(), agent, seat))


@agents.command("logout")
@click.argument("agent")
@click.pass_obj
def log_out(app: App, agent: str) -> None:
    """Take an agent out of their queues."""
    _tell(AgentDesk(app, app.manager).log_out(typed(), agent))


@agents.command("pause")
@click.argument("agent")
@click.option("--reason", default="", help="why: one of the site's pause_reasons, or a word of yours [break]")
@click.pass_obj
def pause(app: App, agent: str, reason: str) -> None:
    """Send an agent no calls for a while."""
    _tell(AgentDesk(app, app.manager).pause(typed(), agent, reason))


@agents.command("unpause")
@click.argument("agent")
@click.pass_obj
def unpause(app: App, agent: str) -> None:
    """Send a paused agent calls again."""
    _tell(AgentDesk(app, app.manager).unpause(typed(), agent))


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
    _tell(AgentDesk(app, app.manager).follow(done, again))


def _tell(doing: Coroutine[Any, Any, AgentDeed]) -> None:
    deed = asyncio.run(doing)
    if deed.changes is None:
        click.echo(f"{deed.said}; the queues follow when Asterisk is there ({deed.away})")
    else:
        click.echo(f"{deed.said}; {deed.changes} queue memberships changed")
