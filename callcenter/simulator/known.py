"""Who a simulated caller is: as the real lists know them, or as the options say."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import click

from callcenter.flow import Served
from callcenter.ports import App
from callcenter.routing import known_store
from callcenter.routing.caller_lists import MOST
from callcenter.routing.desks import Desks, known_desks
from callcenter.routing.inside_call import House
from callcenter.routing.known import Closing, Known, Listed
from callcenter.routing.number_plan import NumberPlan
from callcenter.simulator import checks
from callcenter.simulator.checks import Slip
from callcenter.simulator.phones import Phones
from callcenter.simulator.walk import People
from callcenter.site import Site
from callcenter.site.steps import Branch
from callcenter.site_file.published import Published

_VIP = {"tier": str, "agent": str, "wait": int, "queue": str, "priority": int}
_AGO = re.compile(r"([0-9]{1,4})(s|min|h)")
_SECONDS = {"s": 1, "min": 60, "h": 3600}
STATES = ("free", "busy", "paused", "away")


def known_options(command: click.decorators.FC) -> click.decorators.FC:
    """The options that say who the caller is."""
    for option in (
        click.option("--real", is_flag=True, help="As the lists and closings in the database know them."),
        click.option("--blocked", is_flag=True, help="The caller is on the black list."),
        click.option("--vip", help="On the VIP list: tier=gold,agent=1003,wait=15,queue=gold,priority=10."),
        click.option("--closed", help="This calendar, or all, is closed in emergency."),
        click.option("--last-agent", help="Who served the caller last, and when: 1003=2h."),
        click.option(
            "--agent-state", "states", multiple=True, help="1003=busy: also free, paused, away; else free."
        ),
    ):
        command = option(command)
    return command


def known(
    app: App,
    site: Site,
    caller: str,
    at: dt.datetime,
    real: bool,
    blocked: bool,
    vip: str | None,
    closed: str | None,
) -> Known:
    """What is known of the caller. Raises Slip for an option that can't be read or names what is not there."""
    if closed and closed != "all":
        checks.named("--closed", closed, "calendar", [calendar.name for calendar in site.calendars])
    entry = Listed(0, "block", caller) if blocked else _vip(vip, caller, site) if vip else None
    if real and (blocked or vip or closed):
        raise Slip("--real takes the database's lists and closings: leave out --blocked, --vip and --closed")
    if real:
        with app.sessions(read_only=True)() as session:
            return known_store.known(session, caller, at, site.country)
    closing = (Closing(None if closed == "all" else closed, at, "the simulation"),) if closed else ()
    return Known(entry, closing)


def people(plan: NumberPlan, last_agent: str | None, states: tuple[str, ...]) -> People:
    """The last agent, and how agents are. Raises Slip for what can't be read or is not there."""
    agent, _, ago = (last_agent or "").partition("=")
    found = _AGO.fullmatch(ago or "1h")
    if found is None or (agent and not agent.isdigit()):
        raise Slip(f"--last-agent {last_agent}: write it as 1003=2h, 1003=5min or 1003=40s")
    checks.named("--last-agent", agent, "agent", sorted(plan.agents))
    served = Served(agent, int(found[1]) * _SECONDS[found[2]])
    pairs = [each.partition("=") for each in states]
    for number, _, state in pairs:
        if not number.isdigit() or state not in STATES:
            raise Slip(f"--agent-state: write it as 1003=busy; states are {', '.join(STATES)}")
        checks.named("--agent-state", number, "agent", sorted(plan.agents))
    return People(served, {number: state for number, _, state in pairs})


def seat_named(plan: NumberPlan, seat: str, trunk: str) -> str:
    """The seat of this name or number. Raises Slip, also when a trunk is named beside it."""
    if trunk:
        raise Slip("a call comes from a seat or in on a trunk: --from or --trunk, not both")
    found = plan.seats.get(seat, seat)
    if found not in plan.numbers:
        raise Slip(f"there is no seat {seat}; {checks.listed(plan.numbers)}, each by name or number")
    return found


def phones_of(
    app: App,
    published: Published,
    plan: NumberPlan,
    seat: str,
    at: dt.datetime,
    real: bool,
    seated: tuple[str, ...],
) -> Phones | None:
    """The house's phones; None when nothing was said of them. Raises Slip for what can't be read."""
    if not (real or seat or seated):
        return None
    desks = Desks({}, {})
    if real:
        with app.sessions(read_only=True)() as session:
            desks = known_desks(session)
    for pair in seated:
        agent, _, where = pair.partition("=")
        if agent not in plan.agents:
            raise Slip(f"--seated {pair}: write it as 1001=8001; there is no agent {agent}")
        desks = desks._replace(seated={**desks.seated, agent: seat_named(plan, where, "")})
    return Phones(House(published, plan, at, desks))


def tiers_of(site: Site) -> list[str]:
    """The tiers that a rule or a flow asks for; the VIP list may hold others."""
    asked = [step for flow in site.flows for step in flow.steps.values() if isinstance(step, Branch)]
    branches = {tier for step in asked if step.variable == "tier" for tier in step.cases}
    return sorted(branches | {tier for rule in site.rules for tier in rule.tiers})


def unasked(site: Site, entry: Listed | None) -> tuple[str, ...]:
    """A warning for a tier that changes nothing."""
    if entry is None or not entry.tier or entry.tier in tiers_of(site):
        return ()
    return (f"no rule and no flow asks for tier {entry.tier}",)


def _vip(text: str, caller: str, site: Site) -> Listed:
    given = dict(pair.partition("=")[::2] for pair in text.split(","))
    try:
        values: dict[str, Any] = {name: _VIP[name](value) for name, value in given.items()}
    except (KeyError, ValueError):
        raise Slip(f"--vip {text}: write it as tier=gold,agent=1003,wait=15,queue=gold,priority=10") from None
    there = {
        "agent": [agent.number for agent in site.agents],
        "queue": [queue.name for queue in site.queues],
        "tier": tiers_of(site) or [given.get("tier", "")],
    }
    for kind, names in there.items():
        if kind in given:
            checks.named("--vip", given[kind], kind, names)
    for kind, most in (("wait", MOST["wait_seconds"]), ("priority", MOST["priority"])):
        if kind in values and not 0 <= values[kind] <= most:
            raise Slip(f"--vip {kind}={given[kind]}: give 0 to {most}")
    if "wait" in values:
        values["wait_seconds"] = values.pop("wait")
    return Listed(0, "vip", caller, **values)
