"""``hotline queues status``: what Asterisk's queues hold right now, once or as it changes."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import click

from ami import actions
from ami.protocol import Message
from ami.queue_board import board, told
from ami.queue_state import QueueState
from callcenter.ports import App
from callcenter.printing import as_json, print_json, print_rows
from callcenter.queues.commands import recount_command, stats
from callcenter.queues.live import CHANGES

ASK_AGAIN_SECONDS = 30.0
AT_MOST_EVERY_SECONDS = 0.2


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
        _print(asyncio.run(board(app.manager, app.clock)), json_wanted)


queues.add_command(stats)
queues.add_command(recount_command)


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
                _print(rows, json_wanted)
            try:
                await asyncio.wait_for(changed.wait(), ASK_AGAIN_SECONDS)
                await asyncio.sleep(AT_MOST_EVERY_SECONDS)
            except TimeoutError:
                continue


def _print(found: list[dict[str, Any]], json_wanted: bool) -> None:
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
