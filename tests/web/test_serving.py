"""The HTTP end by itself: what it answers, with which headers, and how it ends."""

from __future__ import annotations

import asyncio
import socket
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy.exc import OperationalError

from callcenter.agents.supervision import NotAllowed
from callcenter.audit import NotWritten
from callcenter.errors import HotlineError, NotFound, Unreachable
from tests.web.asking import ask
from web.app import create
from web.serving import serve


@pytest.mark.slow
@pytest.mark.parametrize(
    ("error", "status"),
    [
        (NotFound("no agent 1009"), 404),
        (Unreachable("Asterisk does not answer"), 503),
        (NotAllowed("1001 is no supervisor"), 403),
        (NotWritten("nothing was done: the audit log can't be written"), 503),
        (HotlineError("agent 1001 is not logged in"), 409),
        (OperationalError("SELECT secret", {}, Exception("locked")), 503),
    ],
)
def test_an_error_is_one_sentence_and_nothing_of_a_statement(error: Exception, status: int) -> None:
    web = create(_nobody())

    @web.get("/fails")
    def fails() -> None:
        raise error

    answer = ask(web, "GET", "/fails")
    assert answer.status_code == status
    assert "SELECT" not in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]


def test_a_fault_of_the_program_is_told_in_the_same_form_and_shows_nothing() -> None:
    web = create(_nobody())

    @web.get("/fails")
    def fails() -> None:
        raise ValueError("a secret")

    async def play() -> httpx.Response:
        line = httpx.ASGITransport(web, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=line, base_url="http://hotline.test") as client:
            return await client.get("/fails")

    answer = asyncio.run(play())
    assert (answer.status_code, list(answer.json())) == (500, ["error"])
    assert "secret" not in answer.text
    assert answer.headers["Cache-Control"] == "no-store"


def test_it_answers_until_it_is_told_to_stop_and_says_when_its_port_is_taken() -> None:
    async def play() -> None:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            with pytest.raises(HotlineError, match="HOTLINE_WEB_PORT"):
                await serve(FastAPI(), "127.0.0.1", port, asyncio.Event())
        stop = asyncio.Event()
        running = asyncio.create_task(serve(create(_nobody()), "127.0.0.1", port, stop))
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
            answer = await _when_up(client)
        assert answer.status_code == 404
        stop.set()
        await asyncio.wait_for(running, 5)

    asyncio.run(play())


async def _when_up(client: httpx.AsyncClient) -> httpx.Response:
    async with asyncio.timeout(5):
        while True:
            try:
                return await client.get("/nothing")
            except httpx.ConnectError:
                await asyncio.sleep(0.01)


def _nobody() -> Any:
    return None
