"""``hotline web``: the HTTP end by itself."""

from __future__ import annotations

import asyncio

import click

from callcenter.agents.supervise import stop_on_signals
from callcenter.errors import HotlineError
from callcenter.health.end import WEB, End, tell
from callcenter.logging import configure
from callcenter.ports import App
from callcenter.systemd import keep_telling
from web.app import create
from web.serving import serve


@click.command()
@click.pass_obj
def web(app: App) -> None:
    """Answer other programs and customers over HTTP until stopped. Part of hotline up when HOTLINE_WEB_PORT is set."""
    if app.settings.web_port is None:
        raise HotlineError("nothing is served over HTTP: set HOTLINE_WEB_PORT")
    configure(app.settings.log_level, "web")
    asyncio.run(_serve(app, app.settings.web_port))


async def _serve(app: App, port: int) -> None:
    stop = asyncio.Event()
    stop_on_signals(stop)
    beside = [asyncio.create_task(work) for work in (keep_telling(), tell(app.settings, End(WEB, [])))]
    await serve(create(app), app.settings.web_host, port, stop)
    for task in beside:
        task.cancel()
    await asyncio.gather(*beside, return_exceptions=True)
