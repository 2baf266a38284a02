"""``hotline queues status``: what Asterisk's queues hold right now."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import click

from ami import actions
from callcenter.ports import App
from callcenter.printing import as_json, print_json, print_rows


@click.group()
def queues() -> None:
    """Queues, their members and who waits."""


@queues.command()
@as_json
@click.pass_obj
def status(app: App, json_wanted: bool) -> None:
    """Every queue with its members and waiting callers."""
    found = asyncio.run(_status(app))
    if json_wanted:
        print_json(found)
        return
    print_rows(found, ("queue", "strategy", "waiting", "logged_in", "free"), json_wanted)
    for queue in found:
        for member in queue["members"]:
            click.echo(f"{queue['queue']}: agent {member['agent']} is {member['state']}")
        for caller in queue["callers"]:
            click.echo(
                f"{queue['queue']}: place {caller['position']} {caller['caller']} for {caller['wait_s']} s"
            )


async def _status(app: App) -> list[dict[str, Any]]:
    async with app.manager() as manager:
        rows = await manager.action_list(*actions.queue_status())
    return [_queue(row, rows) for row in rows if row.get("Event") == "QueueParams"]


def _queue(params: Mapping[str, str], rows: list[Mapping[str, str]]) -> dict[str, Any]:
    own = [row for row in rows if row.get("Queue") == params["Queue"]]
    members = [_member(row) for row in own if row["Event"] == "QueueMember"]
    callers = [_caller(row) for row in own if row["Event"] == "QueueEntry"]
    return {
        "queue": params["Queue"],
        "strategy": params["Strategy"],
        "waiting": len(callers),
        "logged_in": len(members),
        "free": sum(member["state"] == "free" for member in members),
        "members": members,
        "callers": callers,
    }


DEVICE_STATES = {
    "1": "free",
    "2": "busy",
    "3": "busy",
    "5": "unavailable",
    "6": "ringing",
    "7": "ringing",
    "8": "held",
}
"""AST_DEVICE_… of include/asterisk/devicestate.h."""


def _member(row: Mapping[str, str]) -> dict[str, Any]:
    state = "paused" if row["Paused"] == "1" else DEVICE_STATES.get(row["Status"], "unknown")
    return {
        "agent": row["Name"],
        "interface": row["Location"],
        "state": state,
        "penalty": int(row["Penalty"]),
    }


def _caller(row: Mapping[str, str]) -> dict[str, Any]:
    return {
        "position": int(row["Position"]),
        "caller": row["CallerIDNum"],
        "wait_s": int(row["Wait"]),
        "channel": row["Channel"],
    }
