"""``hotline ami``: the listener by itself."""

from __future__ import annotations

import asyncio
import gc

import click
import uvloop

from ami.process import follow
from callcenter.agents.supervise import stop_on_signals
from callcenter.logging import configure
from callcenter.memory import one_arena
from callcenter.ports import App


@click.command()
@click.pass_obj
def ami(app: App) -> None:
    """Follow Asterisk's channels, queues and recordings until stopped. One for each Asterisk."""
    one_arena()
    configure(app.settings.log_level, "ami")
    uvloop.run(_main(app))


async def _main(app: App) -> None:
    stop = asyncio.Event()
    stop_on_signals(stop)
    watch = app.watch()
    gc.freeze()  # what is loaded by now stays: a full collection, which holds up every row, need not walk it
    await follow(watch, stop)
