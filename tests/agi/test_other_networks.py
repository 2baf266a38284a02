"""FastAGI asked from two other networks: one that ``HOTLINE_AGI_FROM`` names, and one that it doesn't."""

from __future__ import annotations

import asyncio
import socket
from contextlib import ExitStack

import pytest

from agi.call import Call
from agi.peers import may_connect
from agi.server import serve
from tests.fakes.asterisk_agi import TOKEN, Asterisk, request
from tests.phones.routers import Network, cable
from tests.phones.test_behind_nat import Apart
from tests.phones.test_behind_nat import apart as apart

pytestmark = [pytest.mark.slow, pytest.mark.req("SEC-2")]
NAMED, OTHER = "198.51.100", "203.0.113"


def answering(call: Call) -> None:
    call.answer()


async def first_word(network: Network, address: tuple[str, int], token: str) -> str:
    """What FastAGI says to who asks from this network; nothing when it hangs up."""
    line = network.within(lambda: socket.create_connection(address, 10))
    asterisk = Asterisk(*await asyncio.open_connection(sock=line))
    asterisk.send(request(token=token))
    said = await asterisk.command()
    asterisk.writer.close()
    return said


def test_only_the_named_network_is_answered_and_only_with_the_token(apart: Apart) -> None:
    async def asked(named: Network, other: Network) -> list[str]:
        server = await serve("0.0.0.0", 0, {"ivr": answering}, TOKEN, may_connect("0.0.0.0", f"{NAMED}.0/24"))
        here, there = (f"{NAMED}.1", server.port), (f"{OTHER}.1", server.port)
        said = [
            await first_word(named, here, TOKEN),
            await first_word(named, here, "a-guessed-token"),
            await first_word(other, there, TOKEN),
        ]
        await server.stop(1)
        return said

    def networks() -> None:
        with ExitStack() as stack:
            named, other = Network(stack), Network(stack)
            cable((None, "near", f"{NAMED}.1/24"), (named, "eth", f"{NAMED}.9/24"))
            cable((None, "far", f"{OTHER}.1/24"), (other, "eth", f"{OTHER}.9/24"))
            assert asyncio.run(asked(named, other)) == ["ANSWER", "", ""]

    apart(networks)
