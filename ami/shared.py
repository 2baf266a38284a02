"""One manager connection that all who ask share, for a process that stays: opened when it is first wanted."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from ami.connection import Account, AmiConnection
from callcenter.errors import Unreachable
from callcenter.ports import Clock

ANSWER_SECONDS = 3.0
"""Who asks over HTTP is told within five seconds that Asterisk does not answer."""


class SharedManager:
    """Called, it gives the connection, which comes back by itself after a loss. It ends with its event loop."""

    def __init__(self, account: Account, clock: Clock) -> None:
        self._account = account
        self._clock = clock
        self._running: asyncio.Task[None] | None = None

    @asynccontextmanager
    async def __call__(self) -> AsyncIterator[AmiConnection]:
        """The connection, up. Raises Unreachable: at once, but for the very first try."""
        if self._running is None or self._running.done():
            self._open()
        await self._tried.wait()
        if not self._connection.is_up:
            where = f"{self._account.host}:{self._account.port}"
            raise Unreachable(
                f"no manager connection to {where}: {self._connection.reason}; see that Asterisk runs"
            )
        yield self._connection

    def _open(self) -> None:
        tried = self._tried = asyncio.Event()
        self._connection = AmiConnection(
            self._account,
            wanted=(),
            on_event=lambda _: None,
            on_state=lambda *_: tried.set(),
            clock=self._clock,
            answer_seconds=ANSWER_SECONDS,
        )
        self._running = asyncio.create_task(self._connection.run())
