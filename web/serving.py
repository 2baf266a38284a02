"""An application behind a port until it is told to stop."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import structlog
import uvicorn
from fastapi import FastAPI

from callcenter.errors import HotlineError

log = structlog.get_logger()
CALM_SECONDS = 5
"""So long, after the word to stop, a request in hand may take to end."""
AT_ONCE = 200
"""Requests; more are told to come again."""


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals are the process's own."""
        yield


async def serve(application: FastAPI, host: str, port: int, stop: asyncio.Event) -> None:
    """Answer until ``stop``. Raises HotlineError when the port can't be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as door:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            door.bind((host, port))
        except OSError as error:
            raise HotlineError(f"{host}:{port}: {error.strerror}; see HOTLINE_WEB_PORT") from None
        config = uvicorn.Config(
            application,
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            lifespan="off",
            limit_concurrency=AT_ONCE,
            timeout_graceful_shutdown=CALM_SECONDS,
        )
        server = _Server(config)
        ending = asyncio.create_task(_end(server, stop))
        log.info("web.listening", host=host, port=port)
        await server.serve([door])
        ending.cancel()


async def _end(server: _Server, stop: asyncio.Event) -> None:
    await stop.wait()
    server.should_exit = True
