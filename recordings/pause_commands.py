"""``hotline recordings pause|resume``."""

from __future__ import annotations

import asyncio
import getpass
from collections.abc import Awaitable, Callable

import click

from callcenter.errors import NotFound
from callcenter.ports import App
from recordings.pauses import Talk
from recordings.pausing import Pausing

Work = Callable[[Pausing, str, str], Awaitable[list[Talk]]]


@click.command()
@click.argument("subject", metavar="CALL|AGENT")
@click.pass_obj
def pause(app: App, subject: str) -> None:
    """Keep what is said now out of the recording of a call, or of an agent's call."""
    _tell(_done(app, subject, Pausing.pause), "paused", f"nothing of {subject} is being recorded")


@click.command()
@click.argument("subject", metavar="CALL|AGENT")
@click.pass_obj
def resume(app: App, subject: str) -> None:
    """Go on recording."""
    _tell(_done(app, subject, Pausing.resume), "resumed", f"nothing of {subject} is paused")


def _done(app: App, subject: str, work: Work) -> list[Talk]:
    return asyncio.run(_ask(app, subject, getpass.getuser(), work))


async def _ask(app: App, subject: str, by: str, work: Work) -> list[Talk]:
    async with app.manager() as manager:
        return await work(
            Pausing(manager, app.sessions(), app.sessions(read_only=True), app.site, app.clock), subject, by
        )


def _tell(found: list[Talk], what: str, nothing: str) -> None:
    if not found:
        raise NotFound(nothing)
    for talk in found:
        click.echo(f"recording of agent {talk.agent} in call {talk.call_id} {what}")
