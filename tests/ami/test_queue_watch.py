"""``hotline queues status --watch`` beside a real Asterisk: printed again when something changes."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from ami import actions
from ami.connection import Account, AmiConnection
from ami.once import connected
from ami.queue_commands import _watch
from cli import Hotline
from tests.ami.asterisk import ThrowAwayAsterisk

pytestmark = pytest.mark.asterisk


class App:
    """As much of the program as the command needs."""

    clock = staticmethod(Hotline.clock)

    def __init__(self, account: Account) -> None:
        self._account = account

    @asynccontextmanager
    async def manager(self, **hearing: Any) -> AsyncIterator[AmiConnection]:
        async with connected(self._account, self.clock, **hearing) as connection:
            yield connection


@pytest.mark.req("ACD-7")
def test_a_change_is_told(asterisk: ThrowAwayAsterisk, capsys: pytest.CaptureFixture[str]) -> None:
    account = Account(host="127.0.0.1", port=asterisk.ami, username="hotline", secret=asterisk.secret)
    told: list[list[dict[str, Any]]] = []

    async def printed(members: int) -> None:
        async with asyncio.timeout(20):
            while not told or len(told[-1][0]["members"]) != members:
                lines = capsys.readouterr().out.splitlines()
                told.extend(json.loads(line) for line in lines if line.startswith("["))  # others are logs
                await asyncio.sleep(0.05)

    async def play() -> None:
        watching = asyncio.create_task(_watch(App(account), True))  # type: ignore[arg-type]
        await printed(0)
        member = {"member_name": "1001", "state_interface": "PJSIP/1001"}
        async with connected(account, Hotline.clock) as other:
            await other.action(*actions.queue_add("support", "Local/1001@agents/n", **member))
            await printed(1)
            await other.action(*actions.queue_remove("support", "Local/1001@agents/n"))
            await printed(0)
        watching.cancel()

    asyncio.run(play())
    assert told[-1][0]["queue"] == "support"
    assert told[-1][0]["strategy"] == "rrmemory"
