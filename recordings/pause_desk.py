"""Pauses of recordings that are asked for by command or over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

from callcenter.audit import Actor
from callcenter.errors import NotFound
from callcenter.ports import App, PhoneSystem
from recordings.pauses import Talk
from recordings.pausing import Pausing

Connect = Callable[[], AbstractAsyncContextManager[PhoneSystem]]
"""Gives a manager connection that is up. Raises Unreachable."""


class PauseDesk:
    """``subject`` is a call, or an agent in a call. Raises HotlineError."""

    def __init__(self, app: App, connect: Connect) -> None:
        self._app = app
        self._connect = connect

    async def pause(self, by: Actor, subject: str) -> list[Talk]:
        """Keep what is said now out of the recording; gives the talks."""
        async with self._connect() as manager:
            return _some(
                await self._pausing(manager).pause(subject, by.by), f"nothing of {subject} is being recorded"
            )

    async def resume(self, by: Actor, subject: str) -> list[Talk]:
        """Go on recording; gives the talks."""
        async with self._connect() as manager:
            return _some(
                await self._pausing(manager).resume(subject, by.by), f"nothing of {subject} is paused"
            )

    def _pausing(self, manager: PhoneSystem) -> Pausing:
        app = self._app
        return Pausing(manager, app.sessions(), app.sessions(read_only=True), app.site, app.clock)


def _some(found: list[Talk], nothing: str) -> list[Talk]:
    if not found:
        raise NotFound(nothing)
    return found
