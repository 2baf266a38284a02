"""A manager connection for the length of one command."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager
from datetime import datetime

from ami.connection import Account, AmiConnection
from ami.protocol import Message
from callcenter.errors import Unreachable
from callcenter.ports import Clock


@asynccontextmanager
async def connected(
    account: Account,
    clock: Clock,
    wanted: Collection[str] = (),
    on_event: Callable[[Message], None] = lambda _: None,
) -> AsyncIterator[AmiConnection]:
    """A connection that is up; ``on_event`` hears the ``wanted``.

    Raises Unreachable with the reason when the first try fails.
    """
    first: asyncio.Future[tuple[bool, str]] = asyncio.get_running_loop().create_future()

    def on_state(up: bool, _at: datetime, reason: str) -> None:
        if not first.done():
            first.set_result((up, reason))

    connection = AmiConnection(account, wanted=wanted, on_event=on_event, on_state=on_state, clock=clock)
    running = asyncio.create_task(connection.run())
    try:
        up, reason = await first
        if not up:
            where = f"{account.host}:{account.port}"
            raise Unreachable(f"no manager connection to {where}: {reason}; see that Asterisk runs")
        yield connection
    finally:
        connection.close()
        await running
