"""A question to another system ends in time with an answer the flow can use, whatever that system does."""

from __future__ import annotations

import asyncio
import gzip
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from agi.lookup import LARGEST_ANSWER, look_up
from agi.process import http_client
from callcenter.flow.dialogue import Failed, Found, Lookup, NotFound
from tests.agi.flows import TRUST, Caller, House, publish
from tests.callcenter.flow_sites import QUEUE, flow, site
from tests.fakes.asterisk_agi import Asterisk, Exchange

pytestmark = [pytest.mark.req("IVR-6")]
Answer = Callable[[asyncio.StreamWriter], Awaitable[None]]
TIMEOUT, PATIENCE = 0.4, 30.0


class Crm:
    """Another system over HTTP: gives every request the same bytes, and keeps what it was asked."""

    def __init__(self, answer: bytes | Answer) -> None:
        self.answer = answer
        self.asked: list[str] = []
        self.serving: set[asyncio.Task[Any]] = set()
        self.gone = asyncio.Event()
        self.came = asyncio.Event()

    async def __aenter__(self) -> Crm:
        self.server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self.server.sockets[0].getsockname()[1]}/balance"
        return self

    async def __aexit__(self, *_: object) -> None:
        self.server.close()
        for task in self.serving:
            task.cancel()
        await asyncio.gather(*self.serving)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self.serving.add(task)
        with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            head = await reader.readuntil(b"\r\n\r\n")
            self.asked.append(head.decode().split()[1])
            self.came.set()
            if isinstance(self.answer, bytes):
                writer.write(self.answer)
                await writer.drain()
            else:
                await self.answer(writer)
            await reader.read()
        self.gone.set()
        writer.transport.abort()


def http(body: bytes, status: str = "200 OK", headers: str = "") -> bytes:
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n{headers}\r\n".encode() + body


def ask(
    answer: bytes | Answer,
    query: tuple[tuple[str, str], ...] = (("phone", "138"),),
    seconds: float = PATIENCE,
) -> tuple[Any, list[str]]:
    async def whole() -> tuple[Any, list[str]]:
        async with Crm(answer) as crm, http_client(TRUST) as client:
            return await look_up(client, Lookup(crm.url, query, seconds)), crm.asked

    return asyncio.run(whole())


def failed(answer: bytes | Answer, seconds: float = PATIENCE) -> str:
    found, _ = ask(answer, seconds=seconds)
    assert isinstance(found, Failed)
    return found.reason


async def silence(writer: asyncio.StreamWriter) -> None:
    """Nothing."""


async def drop_by_drop(writer: asyncio.StreamWriter) -> None:
    """Never silent for long, never done."""
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    while not writer.is_closing():
        writer.write(b"[")
        await writer.drain()
        await asyncio.sleep(0.02)


async def cut(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{")
    writer.close()


def test_json_is_found_and_what_was_sent_is_quoted() -> None:
    found, asked = ask(http(b'{"a": [1]}'), (("phone", "138&x=1#\r\n汉"),))
    assert found == Found({"a": [1]})
    assert asked == ["/balance?phone=138%26x%3D1%23%0D%0A%E6%B1%89"]


def test_a_404_is_not_found() -> None:
    assert ask(http(b"", "404 Not Found"))[0] == NotFound()


@pytest.mark.parametrize("status", ["500 Oops", "204 No Content", "301 Moved", "302 Found", "401 No"])
def test_any_other_answer_has_failed_and_no_redirect_is_followed(status: str) -> None:
    _, asked = ask(http(b"", status, "Location: /elsewhere\r\n"))
    assert len(asked) == 1
    assert status[:3] in failed(http(b"", status, "Location: http://127.0.0.1/\r\n"))


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"{", b"\xff\xfe", b"[" * 60_000, b"9" * 60_000], ids=lambda body: repr(body[:4])
)
def test_what_is_not_json_has_failed(body: bytes) -> None:
    assert failed(http(body)) == "the answer is not JSON"


def test_a_large_answer_is_given_up_and_a_packed_one_never_unpacked() -> None:
    assert failed(http(b"1" * (LARGEST_ANSWER + 1))) == "the answer is too large"
    bomb = gzip.compress(b" " * 50_000_000 + b"1")
    assert len(bomb) < LARGEST_ANSWER
    assert failed(http(bomb, headers="Content-Encoding: gzip\r\n")) == "the answer is not JSON"


@pytest.mark.req("P1")
@pytest.mark.parametrize("answer", [silence, drop_by_drop])
def test_the_time_limit_is_for_the_whole_of_it(answer: Answer) -> None:
    began = time.monotonic()
    assert failed(answer, TIMEOUT) == f"no answer within {TIMEOUT:g} s"
    assert time.monotonic() - began < PATIENCE


@pytest.mark.parametrize("answer", [cut, b"", b"nonsense\r\n\r\n"])
def test_a_broken_answer_has_failed(answer: bytes | Answer) -> None:
    found = failed(answer, TIMEOUT)
    assert "could not be asked" in found or "no answer" in found


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/", "http://", "nonsense", "http://[::", "http://a\nb/"])
def test_an_address_that_leads_nowhere_has_failed(url: str) -> None:
    async def whole() -> Any:
        async with http_client(TRUST) as client:
            return await look_up(client, Lookup(url, (), PATIENCE))

    assert isinstance(asyncio.run(whole()), Failed)


@pytest.mark.slow
def test_many_questions_at_the_same_time_wait_for_none_of_the_others() -> None:
    """The other system is silent to the first two hundred; the next is answered at once."""

    async def whole() -> Any:
        async with Crm(silence) as slow, Crm(http(b"1")) as quick, http_client(TRUST) as client:
            waiting = [
                asyncio.create_task(look_up(client, Lookup(slow.url, (), 2 * PATIENCE))) for _ in range(200)
            ]
            await slow.came.wait()
            found = await look_up(client, Lookup(quick.url, (), PATIENCE))
            for task in waiting:
                task.cancel()
            await asyncio.gather(*waiting, return_exceptions=True)
            return found

    assert asyncio.run(whole()) == Found(1)


def test_a_caller_who_hangs_up_meanwhile_ends_the_question(tmp_path: Path) -> None:
    house = House(tmp_path)

    class Impatient(Caller):
        """Hangs up when the other system has been asked."""

        def __init__(self, crm: Crm) -> None:
            super().__init__()
            self.crm = crm

        async def talk(self, asterisk: Asterisk) -> Caller:
            await asterisk.answer("200 result=0")  # the dead-man's timer
            await self.crm.came.wait()
            await asterisk.hang_up()
            await self.crm.gone.wait()
            return self

    async def whole() -> None:
        from agi.routes import routes
        from agi.server import serve
        from agi.services import Services
        from tests.agi.flows import AT, opening
        from tests.fakes.asterisk_agi import TOKEN

        async with Crm(silence) as crm, http_client(TRUST) as client:
            lookup = {"kind": "lookup", "url": crm.url, "timeout_seconds": 10}
            steps = {**lookup, "found": "queue", "not_found": "queue", "failed": "queue"}
            publish(house.etc, 7, site(flow({"start": steps, "queue": QUEUE})))
            services = Services(house.snapshots, house.journal, lambda: AT, client)
            server = await serve("127.0.0.1", 0, routes(services), TOKEN)
            exchange = Exchange(server.port)
            async with asyncio.timeout(PATIENCE):
                await Impatient(crm).talk(await exchange.call(opening()))
                await server.stop(2)
            await exchange.close()

    asyncio.run(whole())
    assert [fact["outcome"] for fact in house.facts()] == ["entered", "hung_up"]
