"""Who may connect to FastAGI at all."""

from __future__ import annotations

import asyncio

import pytest

from agi.call import Call
from agi.peers import MayConnect, may_connect
from agi.server import serve
from callcenter.errors import HotlineError
from tests.fakes.asterisk_agi import TOKEN, Exchange

pytestmark = pytest.mark.req("SEC-2")


@pytest.mark.parametrize(
    ("peer", "may"),
    [
        ("127.0.0.1", True),
        ("::1", True),
        ("::ffff:127.0.0.1", True),
        ("10.1.0.9", True),
        ("10.1.0.77", True),
        ("10.2.0.7", True),
        ("10.2.0.8", False),
        ("203.0.113.9", False),
        ("fe80::1%eth0", False),
    ],
)
def test_this_machine_and_named_networks(peer: str, may: bool) -> None:
    assert may_connect("10.1.0.9", "10.1.0.0/24, 10.2.0.7")(peer) is may
    assert may_connect("127.0.0.1", "")(peer) is (peer.endswith("127.0.0.1") or peer == "::1")


def test_a_network_that_is_none_is_named() -> None:
    with pytest.raises(HotlineError, match="HOTLINE_AGI_FROM: 'lan' does not appear"):
        may_connect("127.0.0.1", "lan")


def answering(call: Call) -> None:
    call.answer()


@pytest.mark.parametrize(("judge", "said"), [(may_connect("127.0.0.1", ""), "ANSWER"), (lambda _: False, "")])
def test_others_are_hung_up_on_even_with_the_token(judge: MayConnect, said: str) -> None:
    async def whole() -> str:
        server = await serve("127.0.0.1", 0, {"ivr": answering}, TOKEN, judge)
        exchange = Exchange(server.port)
        line = await exchange.call()
        heard = await line.answer("200 result=0")
        await server.stop(1)
        await exchange.close()
        return heard

    assert asyncio.run(whole()) == said
