"""``hotline agi``: the FastAGI server by itself."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

import click
import uvloop

from agi.knowledge import Knowledge
from agi.peers import may_connect
from agi.process import serve
from agi.snapshots import Snapshots
from agi.watch import watched
from callcenter.agents.supervise import stop_on_signals
from callcenter.health.end import FASTAGI, End, Source, serve_end
from callcenter.health.journal import JournalLag
from callcenter.journal import Journal
from callcenter.logging import configure
from callcenter.ports import App
from schema.reading import Readers
from schema.refusal import first_line


@click.command()
@click.option(
    "--worker",
    default=1,
    show_default=True,
    type=click.IntRange(1, 64),
    help="which of them: each has a health end",
)
@click.pass_obj
def agi(app: App, worker: int) -> None:
    """Answer Asterisk's FastAGI requests until stopped. Run as many as there are cores: they share the port."""
    configure(app.settings.log_level, "agi")
    uvloop.run(_main(app, worker, beat=watched()))


async def _main(app: App, worker: int, beat: Callable[[], None]) -> None:
    settings = app.settings
    stop = asyncio.Event()
    stop_on_signals(stop)
    snapshots = Snapshots(settings.etc)

    async def health(sources: Sequence[Source]) -> asyncio.Server | None:
        told = [*sources, JournalLag(settings.journal)]
        return await serve_end(settings, End(FASTAGI, told, lambda: no_site(snapshots)), worker)

    await serve(
        (settings.agi_host, settings.agi_port),
        app.secrets("agi/token"),
        snapshots,
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
        health,
    )


def no_site(snapshots: Snapshots) -> dict[str, str]:
    """Whether calls can be served: the database is not needed for it."""
    try:
        snapshots.live()
    except (OSError, ValueError) as error:
        return {"site": f"no site is live ({first_line(error)}): hotline apply"}
    return {}
