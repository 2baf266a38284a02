"""``hotline up``: everything of Hotline at once; with ``--lab`` on a private Asterisk, from nothing."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click

from callcenter.agents.supervise import stop_on_signals, supervise
from callcenter.logging import configure
from callcenter.ports import App
from lab.ports import OWN_PORTS, need_free
from lab.progress import Progress
from lab.ready import alone, find_asterisk, live, load_sample, make_prompts, set_up_database
from lab.running import afterwards, commands, helpers, log_folder, manner, wait_until_at_work
from lab.welcome import welcome


@click.command()
@click.option("--lab", "with_lab", is_flag=True, help="on a private Asterisk; does all that is missing first")
@click.pass_obj
def up(app: App, with_lab: bool) -> None:
    """Run FastAGI, listener and worker until Ctrl-C; one that ends is started again."""
    progress = Progress(sys.stdout)
    with terminated_as_interrupted(), alone(app.settings.folder), logged(app):
        need_free(app.settings, OWN_PORTS)
        if not with_lab:
            asyncio.run(_serve(app, progress, with_lab=with_lab))
            return
        asterisk = find_asterisk(app, progress)
        set_up_database(app, progress)
        load_sample(app, progress)
        make_prompts(app, progress)
        with live(app, asterisk, progress):
            asyncio.run(_serve(app, progress, with_lab=with_lab))


async def _serve(app: App, progress: Progress, *, with_lab: bool) -> None:
    stop = asyncio.Event()
    stop_on_signals(stop)
    since = app.clock()
    how = manner(app.settings, progress.line)
    wanted = {**commands(app.settings), **helpers(dry_run=with_lab)}
    running = [asyncio.create_task(supervise(wanted, how, stop))]
    try:
        with progress.phase("Hotline at work"):
            await asyncio.to_thread(wait_until_at_work, app, since, stop.is_set)
        if not stop.is_set():
            running.append(asyncio.create_task(supervise(afterwards(), how, stop)))
            progress.line(welcome(app))
    except BaseException:  # Ctrl-C as well: the children end before it goes on
        stop.set()
        raise
    finally:
        await asyncio.gather(*running)
    progress.line("Hotline has stopped")


@contextmanager
def logged(app: App) -> Iterator[None]:
    """This process's own log in a file beside its children's, so that the terminal stays readable."""
    folder = log_folder(app.settings)
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "up.log").open("ab") as file:
        configure(app.settings.log_level, "up", file)
        yield


@contextmanager
def terminated_as_interrupted() -> Iterator[None]:
    """Let SIGTERM end the block as Ctrl-C does, so that nothing it started is left behind."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
