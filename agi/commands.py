"""``hotline agi``: the FastAGI server by itself."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import click
import uvloop

from agi.knowledge import Knowledge
from agi.peers import may_connect
from agi.process import serve
from agi.snapshots import Snapshots
from agi.watch import watched
from callcenter.agents.supervise import stop_on_signals
from callcenter.journal import Journal
from callcenter.logging import configure
from callcenter.ports import App
from schema.reading import Readers


@click.command()
@click.pass_obj
def agi(app: App) -> None:
    """Answer Asterisk's FastAGI requests until stopped. Run as many as there are cores: they share the port."""
    configure(app.settings.log_level, "agi")
    uvloop.run(_main(app, beat=watched()))


async def _main(app: App, beat: Callable[[], None]) -> None:
    settings = app.settings
    stop = asyncio.Event()
    stop_on_signals(stop)
    await serve(
        (settings.agi_host, settings.agi_port),
        app.secrets("agi/token"),
        Snapshots(settings.etc),
        Journal(settings.journal, "agi"),
        app.sessions(),
        app.clock,
        Knowledge(Readers(app.engine())),
        stop,
        beat,
        settings.spool,
        app.secrets.known,
        app.secrets.set,
        may_connect(settings.agi_host, settings.agi_from),
    )
