"""``hotline queues status``: what Asterisk's queues hold right now, once or as it changes."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
from collections.abc import Mapping
from typing import Any

import click

from ami import actions
from ami.protocol import Message
from ami.queue_state import QueueState
from callcenter.ports import App
from callcenter.printing import as_json, print_json, print_rows
from callcenter.queues.commands import recount_command, stats
from callcenter.queues.live import CHANGES, Caller, LiveQueue, Member

ASK_AGAIN_SECONDS = 30.0
AT_MOST_EVERY_SECONDS = 0.2
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


@click.group()
def queues() -> None:
    """Queues, their members, who waits, and what has been."""


@queues.command()
@click.option("--watch", "watching", is_flag=True, help="print it again whenever it changes, until Ctrl-C")
@as_json
@click.pass_obj
def status(app: App, watching: bool, json_wanted: bool) -> None:
    """Every queue with its members and waiting callers."""
    if watching:
        asyncio.run(_watch(app, json_wanted))
    else:
        _print(*asyncio.run(_once(app)), json_wanted)


queues.add_command(stats)
queues.add_command(recount_command)


async def _once(app: App) -> tuple[list[dict[str, Any]], dt.datetime]:
    state = QueueState(app.clock)
    async with app.manager() as manager:
        rows = await manager.action_list(*actions.queue_status())
    state.live.replace(rows, app.clock())
    strategies = {row["Queue"]: row["Strategy"] for row in rows if row.get("Event") == "QueueParams"}
    return told(state, strategies, app.clock()), app.clock()


async def _watch(app: App, json_wanted: bool) -> None:
    state, changed = QueueState(app.clock), asyncio.Event()
    strategies: dict[str, str] = {}

    def hear(message: Message) -> None:
        state.hear(message)
        changed.set()

    async with app.manager(wanted=CHANGES, on_event=hear) as manager:
        for row in await manager.action_list(*actions.queue_status()):
            if row.get("Event") == "QueueParams":
                strategies[row["Queue"]] = row["Strategy"]
        while True:
            if state.live.doubt or not changed.is_set():
                await state.refresh(manager)
            changed.clear()
            rows = told(state, strategies, app.clock())
            if json_wanted:
                click.echo(json.dumps(rows, ensure_ascii=False, default=str))
            else:
                click.clear()
                _print(rows, app.clock(), json_wanted)
            try:
                await asyncio.wait_for(changed.wait(), ASK_AGAIN_SECONDS)
                await asyncio.sleep(AT_MOST_EVERY_SECONDS)
            except TimeoutError:
                continue


def _print(found: list[dict[str, Any]], now: dt.datetime, json_wanted: bool) -> None:
    if json_wanted:
        print_json(found)
        return
    print_rows(found, ("queue", "strategy", "waiting", "logged_in", "free"), json_wanted)
    for queue in found:
        for member in queue["members"]:
            why = f" ({member['paused_reason']})" if member["paused_reason"] else ""
            click.echo(f"{queue['queue']}: agent {member['agent']} is {member['state']}{why}")
        for caller in queue["callers"]:
            first = f", priority {caller['priority']}" if caller["priority"] else ""
            click.echo(
                f"{queue['queue']}: place {caller['position']} {caller['caller']} "
                f"for {caller['wait_s']} s{first}"
            )


def told(state: QueueState, strategies: Mapping[str, str], now: dt.datetime) -> list[dict[str, Any]]:
    """The live state as the command tells it, and programs read it."""
    return [
        _queue(name, queue, strategies.get(name), now) for name, queue in sorted(state.live.queues.items())
    ]


def _queue(name: str, queue: LiveQueue, strategy: str | None, now: dt.datetime) -> dict[str, Any]:
    members = [_member(one) for one in queue.members.values()]
    return {
        "queue": name,
        "strategy": strategy,
        "waiting": len(queue.callers),
        "logged_in": len(members),
        "free": sum(one.is_free for one in queue.members.values()),
        "members": members,
        "callers": [_caller(place, one, now) for place, one in enumerate(queue.callers, 1)],
    }


def _member(one: Member) -> dict[str, Any]:
    return {
        "agent": one.name,
        "interface": one.interface,
        "state": "paused" if one.paused else DEVICE_STATES.get(one.status, "unknown"),
        "paused_reason": one.paused_reason or None,
        "in_call": one.in_call,
        "calls_taken": one.calls_taken,
        "last_call_at": dt.datetime.fromtimestamp(one.last_call, dt.UTC) if one.last_call else None,
        "penalty": one.penalty,
    }


def _caller(place: int, one: Caller, now: dt.datetime) -> dict[str, Any]:
    return {
        "position": place,
        "caller": one.number,
        "wait_s": one.waited(now),
        "since_at": one.since,
        "priority": one.priority,
        "channel": one.channel,
    }
