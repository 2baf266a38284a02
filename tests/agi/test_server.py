"""Strangers, slow and broken peers, faults in scripts, many calls, and the end of the server."""

from __future__ import annotations

import asyncio
import socket
import time
from contextvars import ContextVar
from typing import Any

import pytest
import uvloop

from agi import half_open, server
from agi.call import Call
from agi.server import serve
from tests.agi.conftest import House, Serve
from tests.fakes.asterisk_agi import TOKEN, Exchange, request


def answering(call: Call) -> None:
    call.answer()


def never(call: Call) -> None:
    raise AssertionError("a stranger reached a script")


@pytest.mark.req("SEC-2")
@pytest.mark.parametrize(
    "opening",
    [
        request(token="guess"),
        request(token=""),
        request(token="秘密"),
        b"GET / HTTP/1.0\r\n\r\n\n\n",
        b"\n\n",
        request().replace(b"agi_language: zh", b"agi_arg_1: guess"),
        request().replace(b"agi_language: zh", b"agi_arg_2: another call"),
    ],
)
def test_a_stranger_is_closed_with_nothing_said(serving: Serve, opening: bytes) -> None:
    async def knock(house: House) -> None:
        assert await (await house.call(opening)).closed()

    serving(never, knock)


def test_an_unknown_script_is_closed_with_one_log_line(serving: Serve, logged: list[Any]) -> None:
    async def ask(house: House) -> None:
        assert await (await house.call(request("nosuch"))).closed()

    serving(never, ask)
    assert [(line["event"], line["script"]) for line in logged] == [("agi.no_script", "nosuch")]


@pytest.mark.req("SEC-2")
def test_a_request_that_does_not_come_is_given_up(serving: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(half_open, "SECONDS", 0.1)
    monkeypatch.setattr(server, "LOOK_ROUND_S", 0.05)

    async def dawdle(house: House) -> None:
        silent = await house.call(b"")
        half = await house.call(request()[:50])
        assert await silent.closed()
        assert await half.closed()

    serving(never, dawdle)


@pytest.mark.req("SEC-2")
@pytest.mark.parametrize("opening", [b"a" * 70_000, request() + b"2" * 70_000])
def test_a_flood_is_cut_at_64_kib(serving: Serve, opening: bytes) -> None:
    async def flood(house: House) -> None:
        asterisk = await house.call(opening)
        while await asterisk.command():
            pass

    serving(answering, flood)


@pytest.mark.slow
@pytest.mark.req("SEC-2")
def test_a_thousand_slow_strangers_do_not_delay_a_call(serving: Serve) -> None:
    async def crowd(house: House) -> None:
        strangers = [await house.call(b"agi_network: ") for _ in range(1000)]
        began = time.monotonic()
        asterisk = await house.call()
        assert await asterisk.answer("200 result=0") == "ANSWER"
        assert time.monotonic() - began < 0.5
        assert len(house.server.half_open) <= half_open.MOST
        for stranger in strangers:
            await stranger.hang_up()

    serving(answering, crowd)


def test_a_request_may_come_in_pieces(serving: Serve) -> None:
    async def trickle(house: House) -> None:
        asterisk = await house.call(b"")
        for byte in request():
            asterisk.send(bytes([byte]))
            await asterisk.writer.drain()
        await asterisk.command()
        for byte in b"200 result=0\n":
            asterisk.send(bytes([byte]))
            await asterisk.writer.drain()
        assert await asterisk.closed()

    serving(answering, trickle)


def test_a_fault_in_a_script_is_one_line_without_the_callers_digits(
    serving: Serve, logged: list[Any]
) -> None:
    def faulty(call: Call) -> None:
        int(call.ask_digits(["pin"], 8, 3000) + "x")

    async def type_a_pin(house: House) -> None:
        asterisk = await house.call()
        await asterisk.answer("200 result=90871234")
        assert await asterisk.closed()

    serving(faulty, type_a_pin)
    [line] = logged
    assert (line["outcome"], line["error"], line["call"]) == ("crashed", "ValueError", "node-1.0")
    assert "faulty" in line["where"]
    assert "90871234" not in str(line)


def test_a_reply_nobody_waits_for_ends_the_call(serving: Serve, logged: list[Any]) -> None:
    async def two_replies(house: House) -> None:
        asterisk = await house.call()
        await asterisk.answer("200 result=0")
        asterisk.send(b"200 result=1\n")
        assert await asterisk.closed()

    def script(call: Call) -> None:
        call.answer()
        call.wait_for(asyncio.Event().wait(), 30)

    serving(script, two_replies)
    assert [line["outcome"] for line in logged] == ["out_of_step"]


def test_an_asterisk_that_says_nothing_long_after_the_armed_time_is_given_up(
    serving: Serve, logged: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agi.call.SILENCE_S", 0.1)
    monkeypatch.setattr(server, "LOOK_ROUND_S", 0.05)

    async def freeze(house: House) -> None:
        asterisk = await house.call()
        await asterisk.command()
        assert await asterisk.closed()

    serving(answering, freeze)
    assert [line["outcome"] for line in logged] == ["timeout"]


@pytest.mark.slow
def test_a_reader_that_stops_reading_holds_only_its_own_script(serving: Serve, logged: list[Any]) -> None:
    """Replies come in a flood while no command is read: the transport fills and the verb waits."""
    count = 4000

    def chatty(call: Call) -> None:
        if call.callerid != "1":
            return call.answer()
        for _ in range(count):
            call.verbose("x" * 1900)
        return None

    async def flood(house: House) -> None:
        deaf = await house.call(request(agi_callerid="1"))
        limited: socket.socket = deaf.writer.get_extra_info("socket")
        limited.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        deaf.reader._limit = 4096  # type: ignore[attr-defined]  # asyncio then stops reading the socket
        heard = 0
        while heard < count:
            assert (await deaf.command()).startswith("VERBOSE")
            heard += 1
            deaf.send(b"200 result=1\n")
            if heard == count // 2:
                other = await house.call()
                assert await other.answer("200 result=0") == "ANSWER"
        assert await deaf.closed()

    serving(chatty, flood)
    assert sorted(line["outcome"] for line in logged) == ["done", "done"]


@pytest.mark.slow
@pytest.mark.req("OPS-2")
def test_a_thousand_calls_at_once_are_all_served(serving: Serve, logged: list[Any]) -> None:
    def script(call: Call) -> None:
        call.answer()
        call.set_variables({"GOT": call.ask_digits(["menu"], 1, 3000)})

    async def caller(house: House, number: int) -> str:
        asterisk = await house.call(request(agi_arg_2=f"node-{number}"))
        await asterisk.answer("200 result=0")
        await asterisk.answer(f"200 result={number}")
        said = await asterisk.answer("200 result=0")
        assert await asterisk.closed()
        await asterisk.hang_up()
        return said

    async def crowd(house: House) -> None:
        said = await asyncio.gather(*(caller(house, number) for number in range(1000)))
        assert said == [f'EXEC MSet "GOT={number}"' for number in range(1000)]
        assert house.server.calls == 0

    serving(script, crowd)
    assert {line["call"] for line in logged if line.get("outcome") == "done"} == {
        f"node-{number}" for number in range(1000)
    }


def test_stopping_lets_calls_end(serving: Serve, logged: list[Any]) -> None:
    async def stop_in_mid_call(house: House) -> None:
        asterisk = await house.call()
        await asterisk.command()
        stopping = asyncio.create_task(house.server.stop(30))
        await asyncio.sleep(0)
        with pytest.raises(OSError):  # refused, or reset while it waited
            await (await house.call()).answer("200 result=0")
            raise OSError
        asterisk.send(b"200 result=0\n")
        await stopping

    serving(answering, stop_in_mid_call)
    assert [line["outcome"] for line in logged] == ["done"]


def test_stopping_ends_calls_that_do_not(serving: Serve, logged: list[Any]) -> None:
    async def stay(house: House) -> None:
        await (await house.call()).command()

    serving(answering, stay)
    assert [line["outcome"] for line in logged] == ["server_stopping"]


@pytest.mark.req("OPS-2")
def test_several_processes_may_share_a_port(logged: list[Any]) -> None:
    async def whole() -> None:
        first = await serve("127.0.0.1", 0, {"ivr": answering}, TOKEN)
        exchange = Exchange(first.port)
        second = await serve("127.0.0.1", first.port, {"ivr": answering}, TOKEN)
        await first.stop(0)
        asterisk = await exchange.call()
        assert await asterisk.answer("200 result=0") == "ANSWER"
        assert await asterisk.closed()
        await second.stop(0)
        await exchange.close()

    uvloop.run(whole())


def test_a_script_sees_what_the_process_bound(serving: Serve) -> None:
    """A greenlet begins with an empty context unless it is given one."""
    process: ContextVar[str] = ContextVar("process")
    bound: list[str] = []

    async def ask(house: House) -> None:
        assert await (await house.call()).closed()

    process.set("agi")
    serving(lambda call: bound.append(process.get("none")), ask)
    assert bound == ["agi"]
