"""``hotline lab up|down|status``: a private Asterisk on loopback."""

from __future__ import annotations

from collections.abc import Callable

import click

from callcenter.errors import HotlineError
from callcenter.ports import App
from callcenter.printing import as_json, print_json
from lab.asterisk_root import ensure
from lab.instance import AsteriskInstance


def instance(app: App) -> AsteriskInstance:
    """The lab's Asterisk, running or not; it is built first where there is none."""
    settings = app.settings
    return AsteriskInstance(ensure(click.echo), settings.etc.parent, name=settings.system_name)


@click.group()
def lab() -> None:
    """A private Asterisk on loopback, with folders and ports of its own."""


@lab.command()
@click.pass_obj
def up(app: App) -> None:
    """Start the private Asterisk and bring the site's configuration live in it."""
    asterisk = instance(app)
    start(app, asterisk)
    version = ".".join(map(str, asterisk.program.version))
    click.echo(f"Asterisk {version} is up, process {asterisk.pid}, in {asterisk.home}")


def start(app: App, asterisk: AsteriskInstance, tell: Callable[[str], object] = click.echo) -> None:
    """Prepare, bring the configuration live while it is down, and boot. Already up: only the configuration.

    One that is refused hinders no start where another is live: ``tell`` says so. Raises HotlineError.
    """
    if asterisk.is_running:
        app.applier().apply(app.rendered())
        return
    asterisk.prepare()
    try:
        app.applier().apply(app.rendered())
    except HotlineError as error:
        if not app.applier().live_files():
            raise
        tell(f"the saved site is not taken, calls go on with the version that is live: {error}")
    asterisk.start()


@lab.command()
@click.pass_obj
def down(app: App) -> None:
    """Stop the private Asterisk; its calls are hung up."""
    asterisk = instance(app)
    was = asterisk.pid
    asterisk.stop()
    click.echo("Asterisk was not running" if was is None else f"Asterisk, process {was}, has ended")


@lab.command()
@as_json
@click.pass_obj
def status(app: App, json_wanted: bool) -> None:
    """Whether the private Asterisk runs, and what it uses."""
    asterisk = instance(app)
    up = asterisk.is_running
    found: dict[str, object] = {"running": up, "pid": asterisk.pid, "home": str(asterisk.home)}
    if up:
        found |= {"cpu_seconds": round(asterisk.cpu_seconds(), 2), "rss_bytes": asterisk.rss()}
    if json_wanted:
        print_json(found)
        return
    shown = {**found, "running": "yes" if up else "no", "pid": asterisk.pid or "–"}
    for name, value in shown.items():
        click.echo(f"{name:<12} {value}")
