"""One manager connection that all who ask share, for a process that stays: opened when it is first wanted."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime

from ami.connection import Account, AmiConnection
from callcenter.errors import Unreachable
from callcenter.ports import Clock

ANSWER_SECONDS = 4.0
"""Who asks over HTTP is told within five seconds that Asterisk does not answer."""


class SharedManager:
    """Called, it gives the connection, which comes back by itself after a loss. It ends with its event loop."""

    def __init__(self, account: Account, clock: Clock) -> None:
        self._where = f"{account.host}:{account.port}"
        self._connection = AmiConnection(
            account,
            wanted=(),
            on_event=lambda _: None,
            on_state=self._tell,
            clock=clock,
            answer_seconds=ANSWER_SECONDS,
        )
        self._tried = asyncio.Event()
        self._running: asyncio.Task[None] | None = None

    @asynccontextmanager
    async def __call__(self) -> AsyncIterator[AmiConnection]:
        """The connection, up. Raises Unreachable: at once, but for the very first try."""
        if self._running is None or self._running.done():
            self._tried = asyncio.Event()
            self._running = asyncio.create_task(self._connection.run())
        await self._tried.wait()
        if not self._connection.is_up:
            raise Unreachable(
                f"no manager connection to {self._where}: {self._connection.reason}; see that Asterisk runs"
            )
        yield self._connection

    def _tell(self, _up: bool, _at: datetime, _reason: str) -> None:
        self._tried.set()
