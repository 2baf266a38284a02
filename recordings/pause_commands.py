"""``hotline recordings pause|resume``."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import click

from callcenter.audit_commands import typed
from callcenter.ports import App, RecordedTalk
from recordings.pause_desk import PauseDesk


@click.command()
@click.argument("subject", metavar="CALL|AGENT")
@click.pass_obj
def pause(app: App, subject: str) -> None:
    """Keep what is said now out of the recording of a call, or of an agent's call."""
    _tell(asyncio.run(PauseDesk(app, app.manager).pause(typed(), subject)), "paused")


@click.command()
@click.argument("subject", metavar="CALL|AGENT")
@click.pass_obj
def resume(app: App, subject: str) -> None:
    """Go on recording."""
    _tell(asyncio.run(PauseDesk(app, app.manager).resume(typed(), subject)), "resumed")


def _tell(found: Sequence[RecordedTalk], what: str) -> None:
    for talk in found:
        click.echo(f"recording of agent {talk.agent} in call {talk.call_id} {what}")
