"""``hotline agi``: one process that answers Asterisk's FastAGI and brings its journal to the database."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Literal

import httpx
import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from agi.knowledge import Knowledge
from agi.metrics import Served
from agi.peers import MayConnect, anybody
from agi.routes import routes
from agi.server import Server
from agi.services import Services
from agi.snapshots import Snapshots
from agi.watch import BEAT_SECONDS
from callcenter.facts import drain
from callcenter.health.end import Source
from callcenter.journal import Journal
from callcenter.ports import Clock
from callcenter.systemd import ALIVE, READY, STOPPING, notify
from schema.refusal import first_line

log = structlog.get_logger()
Health = Callable[[Sequence[Source]], Awaitable[asyncio.Server | None]]
"""Begins to tell how the process is, out of these sources."""
DRAIN_SECONDS = 1.0
DRAIN_RETRY_SECONDS = 2.0


async def no_health(_: Sequence[Source]) -> None:
    """Nobody is told."""


async def serve(
    address: tuple[str, int],
    token: str,
    snapshots: Snapshots,
    journal: Journal,
    sessions: Callable[[], Session],
    clock: Clock,
    knowledge: Knowledge,
    stop: asyncio.Event,
    beat: Callable[[], None],
    spool: Path | None = None,
    secret: Callable[[str], str | None] = lambda _: None,
    set_secret: Callable[[str, str], None] = lambda *_: None,
    may_connect: MayConnect = anybody,
    health: Health = no_health,
) -> None:
    """Answer calls until ``stop``; then let the calls at hand end and store what is left. Raises OSError.

    ``beat`` is called as long as the event loop turns. ``spool`` is Asterisk's. ``health`` tells how it is.
    """
    async with http_client() as http:
        services = Services(snapshots, journal, clock, http, spool, sessions, knowledge, secret, set_secret)
        server = Server(routes(services), token, may_connect)
        beat()  # no call comes to a server that nobody watches yet
        await server.listen(*address)
        log.info("agi.listening", host=address[0], port=server.port)
        notify(READY)
        told = await health([Served(server, journal)])
        beating = asyncio.create_task(_keep_beating(beat))
        calls_ended = asyncio.Event()
        draining = asyncio.create_task(_keep_draining(journal, sessions, calls_ended))
        await stop.wait()
        notify(STOPPING)
        await server.stop()
        calls_ended.set()
        await draining
        beating.cancel()
        if told is not None:
            told.close()
        knowledge.close()


def http_client(trust: ssl.SSLContext | Literal[True] = True) -> httpx.AsyncClient:
    """For look-ups: each has its own time limit, and none waits for another's connection.

    ``trust``: whose certificates are believed; True for the public authorities'.
    """
    return httpx.AsyncClient(
        verify=trust,
        follow_redirects=False,
        trust_env=False,
        timeout=None,  # noqa: S113 - agi/lookup.py limits the whole of it
        limits=httpx.Limits(max_connections=None),
        headers={"Accept-Encoding": "identity"},
    )


async def _keep_beating(beat: Callable[[], None]) -> None:
    while True:
        beat()
        notify(ALIVE)
        await asyncio.sleep(BEAT_SECONDS)


async def _keep_draining(journal: Journal, sessions: Callable[[], Session], stop: asyncio.Event) -> None:
    """Facts into the database, again and again; while it is away they stay on disk."""
    away = False
    while True:
        last = stop.is_set()
        try:
            await asyncio.to_thread(drain, journal, sessions)
            away = False
        except Exception as error:  # the edge: draining must outlive every fault; nothing is lost meanwhile
            if not away:
                kind = log.warning if isinstance(error, SQLAlchemyError | OSError) else log.exception
                kind("journal.waiting", error=first_line(error))
            away = True
        if last:
            return
        await _sleep_or(stop, DRAIN_RETRY_SECONDS if away else DRAIN_SECONDS)


async def _sleep_or(stop: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(stop.wait(), seconds)
    except TimeoutError:
        return
