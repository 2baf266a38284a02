"""A FastAGI server on a free loopback port, and what it logged."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest
import structlog
import uvloop
from structlog.testing import LogCapture
from structlog.typing import EventDict

from agi.call import Call
from agi.server import Server, serve
from tests.fakes.asterisk_agi import TOKEN, Exchange


class House(Exchange):
    """A server and the connections a test makes to it."""

    def __init__(self, server: Server) -> None:
        super().__init__(server.port)
        self.server = server


Test = Callable[[House], Awaitable[None]]
Serve = Callable[[Callable[[Call], Any], Test], None]


@pytest.fixture
def held() -> list[Any]:
    """What the server said of calls that held up its loop: on a busy machine any may have."""
    return []


@pytest.fixture
def logged(held: list[Any]) -> Iterator[list[Any]]:
    """The other log entries, as dicts, that a test's server wrote."""
    capture = LogCapture()

    def apart(_: object, __: str, entry: EventDict) -> EventDict:
        if entry["event"] == "agi.held_loop":
            held.append(entry)
            raise structlog.DropEvent
        return entry

    structlog.configure(processors=[apart, capture], cache_logger_on_first_use=False)
    yield capture.entries
    structlog.reset_defaults()


@pytest.fixture
def serving(logged: list[Any]) -> Serve:
    """``serving(script, test)`` runs a coroutine against a server whose one script is ``script``."""

    def run(script: Callable[[Call], Any], test: Test) -> None:
        async def whole() -> None:
            server = await serve("127.0.0.1", 0, {"ivr": script}, TOKEN)
            house = House(server)
            try:
                await asyncio.wait_for(test(house), 60)
            finally:
                await server.stop(1)
                await house.close()

        uvloop.run(whole())

    return run
