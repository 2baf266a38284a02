"""The HTTPS end from which phones fetch their files: one request a connection, within seconds, or none."""

from __future__ import annotations

import asyncio
import ssl
import time
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import h11
import structlog

from callcenter.errors import HotlineError
from phones.answers import Answer, Desk

log = structlog.get_logger()
SECONDS = 10.0
HANDSHAKE_SECONDS = 5.0
LONGEST_REQUEST = 16_384
AT_ONCE = 500
"""Connections; more are closed as they come, and phones come back by themselves."""
LOOK_SECONDS = 5.0
"""So soon a renewed certificate is shown."""


class Shown(NamedTuple):
    """The certificate that is shown, and its key."""

    certificate: Path
    key: Path

    def context(self) -> ssl.SSLContext:
        """TLS 1.2 or later. Raises HotlineError."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        self.load(context)
        return context

    def load(self, context: ssl.SSLContext) -> None:
        """Show the files as they are now. Raises HotlineError."""
        try:
            context.load_cert_chain(self.certificate, self.key)
        except (OSError, ssl.SSLError) as error:
            raise HotlineError(f"{self.certificate} can't be shown: {error}; see hotline doctor") from None

    def written_at(self) -> int:
        """When the certificate's file changed last."""
        return self.certificate.stat().st_mtime_ns


async def serve(address: tuple[str, int], shown: Shown, desk: Desk, stop: asyncio.Event) -> None:
    """Answer phones until ``stop``. Raises HotlineError when the port can't be had."""
    context = shown.context()
    connections = Connections(desk)
    try:
        server = await asyncio.start_server(
            connections.take, *address, ssl=context, ssl_handshake_timeout=HANDSHAKE_SECONDS
        )
    except OSError as error:
        raise HotlineError(f"{address[0]}:{address[1]}: {error.strerror}; see HOTLINE_PHONES_PORT") from None
    async with server:
        log.info("phones.listening", host=address[0], port=address[1])
        watching = asyncio.create_task(_follow(shown, context))
        await stop.wait()
        watching.cancel()


async def _follow(shown: Shown, context: ssl.SSLContext) -> None:
    """Show a renewed certificate to whoever calls next; a broken one is told, and the old one stays."""
    seen = shown.written_at()
    while True:
        await asyncio.sleep(LOOK_SECONDS)
        try:
            now = shown.written_at()
            if now != seen:
                shown.load(context)
                seen = now
                log.info("phones.certificate_renewed")
        except (OSError, HotlineError) as error:
            log.warning("phones.certificate_unreadable", error=str(error))


class Connections:
    """Each connection, and how many there are."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._open = 0
        self._turn = asyncio.Lock()

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection: a request, its answer, the end."""
        self._open += 1
        try:
            if self._open <= AT_ONCE:
                async with asyncio.timeout(SECONDS):
                    await self._talk(reader, writer)
        except (TimeoutError, OSError, h11.RemoteProtocolError):
            pass  # the phone comes back by itself
        finally:
            self._open -= 1
            writer.close()
            with suppress(OSError, TimeoutError):
                await writer.wait_closed()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        http = h11.Connection(h11.SERVER, max_incomplete_event_size=LONGEST_REQUEST)
        request = await _request(http, reader)
        if request is None:
            return
        who = str(writer.get_extra_info("peername")[0])
        async with self._turn:
            answer = await asyncio.to_thread(self._answer, request, who)
        writer.write(_response(http, request, answer))
        await writer.drain()

    def _answer(self, request: h11.Request, who: str) -> Answer:
        if request.method not in (b"GET", b"HEAD"):
            return Answer(405)
        try:
            answer = self._desk.answer(request.target.decode("ascii", "replace"), who, time.monotonic())
        except (HotlineError, OSError):  # told in the log; the phone keeps what it has, and comes again
            log.exception("phones.not_served", peer=who)
            return Answer(503)
        if answer.status != 429 or answer.seat is not None:  # who guesses on fills no log
            told = log.info if answer.status == 200 else log.warning
            told("phones.asked", status=answer.status, seat=answer.seat, file=answer.file, peer=who)
        return answer


async def _request(http: h11.Connection, reader: asyncio.StreamReader) -> h11.Request | None:
    while True:
        event = http.next_event()
        if isinstance(event, h11.Request):
            return event
        if event is not h11.NEED_DATA:
            return None
        http.receive_data(await reader.read(4096))


def _response(http: h11.Connection, request: h11.Request, answer: Answer) -> bytes:
    headers = [
        ("Content-Type", answer.content_type),
        ("Content-Length", str(len(answer.body))),
        ("Cache-Control", "no-store"),
        ("Connection", "close"),
        *([("Retry-After", "60")] if answer.status in (429, 503) else []),
    ]
    events: list[h11.Event] = [h11.Response(status_code=answer.status, headers=headers)]
    if request.method == b"GET":
        events.append(h11.Data(data=answer.body))
    return b"".join(http.send(event) or b"" for event in [*events, h11.EndOfMessage()])
