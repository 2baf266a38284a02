"""The HTTP end of one process: small, on loopback unless told otherwise, and never in the way of its work.

``/healthz`` answers as long as the process's loop turns; ``/readyz`` says 503 and why while it can't do its work;
``/metrics`` is what Prometheus reads. A port that can't be had is told in the log, and the process goes on without.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

import orjson
import structlog
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.registry import Collector

from callcenter.health.families import Families
from callcenter.settings import Settings

log = structlog.get_logger()
SECONDS = 5.0
LONGEST_REQUEST = 8192
JSON = "application/json"
FASTAGI, LISTENER, BANS, PHONES, WEB, WORKER = "agi", "ami", "bans", "phones", "web", "worker"
PLACES = (LISTENER, BANS, PHONES, WEB, WORKER, FASTAGI)
"""In order of their ports, from ``health_port`` on; FastAGI's workers come last, for there may be many."""


class Source(Protocol):
    """What knows a part of the process."""

    def collect(self) -> Families: ...


Troubles = Callable[[], Mapping[str, str]]
"""What keeps the process from its work: part → why. Empty when it is ready."""


class Answer(NamedTuple):
    """To one request."""

    status: str
    kind: str
    body: bytes


def port_of(settings: Settings, process: str, worker: int = 1) -> int | None:
    """The port of a process's end; None when there are none."""
    if settings.health_port is None:
        return None
    return settings.health_port + PLACES.index(process) + worker - 1


@dataclass
class End:
    """What one process tells."""

    process: str
    sources: Sequence[Source]
    troubles: Troubles = dict
    _registry: CollectorRegistry = field(init=False)

    def __post_init__(self) -> None:
        self._registry = CollectorRegistry(auto_describe=False)
        ProcessCollector(registry=self._registry)
        for source in self.sources:
            self._registry.register(_Registered(source))

    def answer(self, method: str, path: str) -> Answer:
        """To a request, whatever it asks."""
        if method not in ("GET", "HEAD"):
            return Answer("405 Method Not Allowed", JSON, b"{}")
        if path == "/healthz":
            return Answer("200 OK", JSON, orjson.dumps({"process": self.process, "alive": True}))
        if path == "/readyz":
            troubles = dict(self.troubles())
            told = {"process": self.process, "ready": not troubles, "troubles": troubles}
            return Answer("503 Service Unavailable" if troubles else "200 OK", JSON, orjson.dumps(told))
        if path == "/metrics":
            return Answer("200 OK", CONTENT_TYPE_LATEST, generate_latest(self._registry))
        return Answer("404 Not Found", JSON, b"{}")

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection: a request, its answer, the end."""
        with suppress(TimeoutError, OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            async with asyncio.timeout(SECONDS):
                head = (await reader.readuntil(b"\r\n\r\n")).decode("ascii", "replace")
                method, path, *_ = [*head.partition("\r\n")[0].split(" "), "", ""]
                writer.write(_response(self._safe_answer(method, path.partition("?")[0]), method))
                await writer.drain()
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()

    def _safe_answer(self, method: str, path: str) -> Answer:
        try:
            return self.answer(method, path)
        except Exception:  # who only looks must not end what works
            log.exception("health.failed", path=path)
            return Answer("500 Internal Server Error", JSON, b"{}")


class _Registered(Collector):
    def __init__(self, source: Source) -> None:
        self._source = source

    def collect(self) -> Families:
        return self._source.collect()


async def serve_end(settings: Settings, end: End, worker: int = 1) -> asyncio.Server | None:
    """Answer from now on in this loop; None when there is no port for it."""
    port = port_of(settings, end.process, worker)
    if port is None:
        return None
    try:
        server = await asyncio.start_server(end.take, settings.health_host, port, limit=LONGEST_REQUEST)
    except OSError as error:
        log.warning("health.no_port", port=port, reason=str(error), mend="see HOTLINE_HEALTH_PORT")
        return None
    log.info("health.listening", host=settings.health_host, port=port)
    return server


async def tell(settings: Settings, end: End) -> None:
    """Answer until cancelled."""
    server = await serve_end(settings, end)
    try:
        await asyncio.Event().wait()
    finally:
        if server is not None:
            server.close()


def serve_beside(settings: Settings, end: End) -> None:
    """Answer in a thread, for a process without a loop; it ends with the process."""
    if settings.health_port is not None:
        threading.Thread(target=lambda: asyncio.run(tell(settings, end)), name="health", daemon=True).start()


def _response(answer: Answer, method: str) -> bytes:
    head = (
        f"HTTP/1.1 {answer.status}\r\nContent-Type: {answer.kind}\r\nContent-Length: {len(answer.body)}\r\n"
        "Cache-Control: no-store\r\nConnection: close\r\n\r\n"
    )
    return head.encode() + (b"" if method == "HEAD" else answer.body)
