"""A FastAGI process is watched before the first call can come to it."""

from __future__ import annotations

import asyncio
import datetime as dt
import socket
from pathlib import Path

import pytest
from sqlalchemy import Engine

from agi.knowledge import Knowledge
from agi.process import serve
from agi.snapshots import Snapshots
from callcenter.journal import Journal
from schema.reading import Readers
from tests.databases import Sessions


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as door:
        return int(door.getsockname()[1])


def is_open(port: int) -> bool:
    with socket.socket() as line:
        return line.connect_ex(("127.0.0.1", port)) == 0


@pytest.mark.req("OPS-1")
def test_the_watch_begins_before_calls_can_come(tmp_path: Path, sessions: Sessions, database: Engine) -> None:
    port, stop = free_port(), asyncio.Event()
    open_at_beats: list[bool] = []

    def beat() -> None:
        open_at_beats.append(is_open(port))
        if open_at_beats[-1]:
            stop.set()

    asyncio.run(
        asyncio.wait_for(
            serve(
                ("127.0.0.1", port),
                "token",
                Snapshots(tmp_path),
                Journal(tmp_path / "journal", "agi"),
                sessions,
                lambda: dt.datetime.now(dt.UTC),
                Knowledge(Readers(database)),
                stop,
                beat,
            ),
            30,
        )
    )
    assert open_at_beats == [False, True]
