"""One manager connection for all who ask."""

from __future__ import annotations

import asyncio
import datetime as dt
import time

import pytest

from ami import actions
from ami.connection import Account
from ami.shared import SharedManager
from callcenter.errors import Unreachable
from tests.fakes.ami_server import SECRET, FakeAmi, silent

pytestmark = [pytest.mark.slow, pytest.mark.req("API-1")]


def shared(port: int) -> SharedManager:
    account = Account(host="127.0.0.1", port=port, username="hotline", secret=SECRET)
    return SharedManager(account, lambda: dt.datetime.now(dt.UTC))


async def ping(connect: SharedManager) -> str:
    async with connect() as manager:
        return (await manager.action(*actions.ping()))["Ping"]


def test_fifty_at_once_share_one_session_that_asks_for_no_events() -> None:
    async def play() -> None:
        async with FakeAmi() as server:
            connect = shared(server.port)
            assert await asyncio.gather(*(ping(connect) for _ in range(50))) == ["Pong"] * 50
            assert len(server.sessions) == 1
            (login,) = [action for action in server.actions if action["Action"] == "Login"]
            assert login["Events"] == "off"

    asyncio.run(play())


def test_while_asterisk_is_away_all_are_told_at_once_and_it_comes_back_by_itself() -> None:
    async def play() -> None:
        async with FakeAmi() as server:
            port, connect = server.port, shared(server.port)
            assert await ping(connect) == "Pong"
        async with asyncio.timeout(5):
            while True:
                try:
                    await ping(connect)
                except Unreachable:
                    break
        began = time.monotonic()
        for _ in range(50):
            with pytest.raises(Unreachable):
                await ping(connect)
        assert time.monotonic() - began < 1
        again = FakeAmi()
        again.port = port
        async with again, asyncio.timeout(10):
            while True:
                try:
                    assert await ping(connect) == "Pong"
                    break
                except Unreachable:
                    await asyncio.sleep(0.05)

    asyncio.run(play())


def test_an_asterisk_that_does_not_answer_is_given_up_within_five_seconds() -> None:
    async def play() -> None:
        async with FakeAmi(CoreStatus=silent) as server:
            connect = shared(server.port)
            began = time.monotonic()
            with pytest.raises(Unreachable, match="no answer"):
                async with connect() as manager:
                    await manager.action(*actions.core_status())
            assert time.monotonic() - began < 5

    asyncio.run(play())
