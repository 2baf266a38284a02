"""``hotline conferences …``: who is in a room now, and what a host may do from outside it."""

from __future__ import annotations

import asyncio
import re
import secrets
from collections.abc import Mapping, Sequence
from typing import Any

import click
from sqlalchemy import select

from ami import actions
from ami.connection import AmiConnection
from callcenter.calls.page import columns
from callcenter.errors import HotlineError, NotFound, Unreachable
from callcenter.ports import App
from callcenter.printing import as_json, print_json, print_rows
from callcenter.routing.desks import around
from callcenter.routing.inside import begin
from callcenter.routing.inside_call import House
from callcenter.routing.number_plan import NumberPlan
from callcenter.site import Site
from callcenter.site_file.published import Published
from callcenter.site_file.store import time_zone
from schema.conferences import Conference, ConferenceMember

CONTEXT, ASKED = "hotline_conference", "hotline_asked"
RING_SECONDS = 40
_NUMBER = re.compile(r"\+?[0-9]{2,20}", re.ASCII)
NOW = ("room", "members", "locked", "marked")
PAST = ("started_at", "room", "ended_at", "members", "recording")


@click.group()
def conferences() -> None:
    """Conferences: who is in them, and what a host may do."""


@conferences.command("list")
@as_json
@click.pass_obj
def list_conferences(app: App, json_wanted: bool) -> None:
    """Rooms in use now, with their members."""
    found = asyncio.run(_now(app))
    if json_wanted:
        print_json(found)
        return
    print_rows(found, NOW, json_wanted)
    for row in found:
        for member in row["who"]:
            role = "host" if member["host"] else "member"
            muted = ", muted" if member["muted"] else ""
            click.echo(f"{row['room']}: {role} {member['number']} on {member['channel']}{muted}")


@conferences.command()
@click.option("--last", default=20, show_default=True, type=click.IntRange(1), help="how many")
@as_json
@click.pass_obj
def past(app: App, last: int, json_wanted: bool) -> None:
    """The newest conferences: when, who, and where the recording is."""
    with app.sessions(read_only=True)() as session:
        zone = None if json_wanted else time_zone(session)
        rows = []
        for row in session.scalars(select(Conference).order_by(Conference.started_at.desc()).limit(last)):
            members = session.scalars(select(ConferenceMember).where(ConferenceMember.bridge == row.bridge))
            who = [columns(member, zone) for member in members]
            shown: Any = who if json_wanted else ", ".join(str(one["number"]) for one in who)
            rows.append(columns(row, zone) | {"members": shown})
    print_rows(rows, PAST, json_wanted, zone)


def _member_command(name: str, action: str, said: str) -> None:
    @conferences.command(name, help=said)
    @click.argument("room")
    @click.argument("member", metavar="NUMBER_OR_CHANNEL")
    @click.pass_obj
    def command(app: App, room: str, member: str) -> None:
        _site_with(app, room)

        async def work(manager: AmiConnection) -> None:
            channel = await _channel(manager, room, member)
            await _do(manager, actions.conference(action, room, channel))

        asyncio.run(_with(app, work))
        click.echo(f"room {room}: {name} {member}")


def _room_command(name: str, action: str, said: str) -> None:
    @conferences.command(name, help=said)
    @click.argument("room")
    @click.pass_obj
    def command(app: App, room: str) -> None:
        _site_with(app, room)

        async def work(manager: AmiConnection) -> None:
            if not await _members(manager, room):
                raise NotFound(f"nobody is in room {room}; see hotline conferences list")
            await _do(manager, actions.conference(action, room))

        asyncio.run(_with(app, work))
        click.echo(f"room {room}: {name}ed")


_member_command("mute", "ConfbridgeMute", "Let nobody hear a member.")
_member_command("unmute", "ConfbridgeUnmute", "Let a member be heard again.")
_member_command("kick", "ConfbridgeKick", "Put a member out.")
_room_command("lock", "ConfbridgeLock", "Let nobody else in but hosts.")
_room_command("unlock", "ConfbridgeUnlock", "Let others in again.")


@conferences.command()
@click.argument("room")
@click.argument("number")
@click.option("--by", help="the number of who invites, in the room; else its host at a seat")
@click.pass_obj
def invite(app: App, room: str, number: str, by: str | None) -> None:
    """Ring a number for somebody in the room, by their rights; who answers is in it, without a PIN."""
    _site_with(app, room)
    if not _NUMBER.fullmatch(number):
        raise HotlineError(f"{number[:30]!r} is no telephone number")
    asyncio.run(_with(app, lambda manager: _invite(app, manager, room, number, by)))
    click.echo(f"room {room}: {number} is rung")


async def _invite(app: App, manager: AmiConnection, room: str, number: str, by: str | None) -> None:
    site = app.site()
    seats = {f"PJSIP/{seat.name}" for seat in site.seats}
    here = [one for one in await _members(manager, room) if one["channel"].rpartition("-")[0] in seats]
    here = [one for one in here if by in (None, one["number"], one["channel"])]
    if not here:
        raise NotFound(f"{by or 'nobody'} is at a seat of ours and in room {room}: only they can invite")
    host = max(here, key=lambda one: bool(one["host"]))
    _check_rights(app, site, host["channel"], number)
    ring = actions.originate(
        f"Local/{number}@{ASKED}/n",
        context=CONTEXT,
        exten=room,
        channel_id=f"invite-{secrets.token_hex(8)}",
        caller_id=f"<{room}>",
        seconds=RING_SECONDS,
        variables={"HL_NUMBER": number, "__HL_CALL": host["call"], "__TRANSFERERNAME": host["channel"]},
    )
    await _do(manager, ring)


def _check_rights(app: App, site: Site, channel: str, number: str) -> None:
    """Raises HotlineError when who is at the seat may not call the number: the dialplan would refuse it as well."""
    plan, seat = NumberPlan.of(site), channel.partition("/")[2].rpartition("-")[0]
    with app.sessions(read_only=True)() as session:
        desks = around(session, plan, number, seat)
    decision = begin(House(Published(site), plan, app.clock(), desks), seat, number)
    if decision.act not in ("out", "dial"):
        raise HotlineError(f"{number} can't be invited: {'; '.join(decision.reasons)}")


def _site_with(app: App, room: str) -> Site:
    site = app.site()
    known = [one.number for one in site.rooms]
    if room not in known:
        raise NotFound(f"there is no room {room}; the site has {', '.join(known) or 'none'}")
    return site


async def _now(app: App) -> list[dict[str, Any]]:
    async with app.manager() as manager:
        rooms = await _listed(manager, actions.conference("ConfbridgeListRooms"))
        found = []
        for room in rooms:
            who = await _members(manager, room["Conference"])
            row = {"room": room["Conference"], "members": int(room["Parties"]), "marked": int(room["Marked"])}
            found.append(row | {"locked": room["Locked"] == "Yes", "who": who})
        return found


async def _members(manager: AmiConnection, room: str) -> list[dict[str, Any]]:
    rows = await _listed(manager, actions.conference("ConfbridgeList", room))
    return [
        {
            "number": row["CallerIDNum"],
            "channel": row["Channel"],
            "call": row["Linkedid"],
            "host": row["Admin"] == "Yes",
            "muted": row["Muted"] == "Yes",
        }
        for row in rows
    ]


async def _channel(manager: AmiConnection, room: str, member: str) -> str:
    for one in await _members(manager, room):
        if member in (one["number"], one["channel"]):
            return str(one["channel"])
    raise NotFound(f"{member} is not in room {room}; see hotline conferences list")


async def _listed(manager: AmiConnection, action: actions.Action) -> Sequence[Mapping[str, str]]:
    """The rows; none when no conference is up, which Asterisk calls an error."""
    try:
        rows = await manager.action_list(*action)
    except Unreachable:
        raise
    except HotlineError:
        return []
    return [row for row in rows if row.get("Conference") and row.get("EventList") != "Complete"]


async def _do(manager: AmiConnection, action: actions.Action) -> None:
    answer = await manager.action(*action)
    if answer.get("Response") != "Success":
        raise HotlineError(f"{action.name}: Asterisk says {answer.get('Message', 'nothing')}")


async def _with(app: App, work: Any) -> None:
    async with app.manager() as manager:
        await work(manager)
