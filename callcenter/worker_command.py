"""``hotline worker``: what need not hear Asterisk's events, in a process of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import click

from callcenter.agents.supervise import stop_on_signals
from callcenter.logging import configure
from callcenter.memory import one_arena
from callcenter.ports import App, Chore


@click.command()
@click.pass_obj
def worker(app: App) -> None:
    """Send mails and text messages, convert, copy and delete recordings until stopped. One for each Asterisk."""
    one_arena()
    configure(app.settings.log_level, "worker")
    asyncio.run(_main(app.chores()))


async def _main(chores: Sequence[Chore]) -> None:
    stop = asyncio.Event()
    stop_on_signals(stop)
    await work(chores, stop)


async def work(chores: Sequence[Chore], stop: asyncio.Event) -> None:
    """All of them until ``stop``. None ends by itself: what one raises ends the process, and a new one begins."""
    stopped = asyncio.create_task(stop.wait())
    tasks = [asyncio.create_task(chore()) for chore in chores]
    try:
        done, _ = await asyncio.wait([stopped, *tasks], return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in (stopped, *tasks):
            task.cancel()
        await asyncio.gather(stopped, *tasks, return_exceptions=True)
