"""Hotline's own processes while a lab is up: which they are, and how it shows that they are at work."""

from __future__ import annotations

import asyncio
import datetime as dt
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, wait
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import func, select

from callcenter.agents.supervise import Manner, supervise
from callcenter.errors import HotlineError, Unreachable
from callcenter.ports import App
from callcenter.settings import Settings
from lab.ports import answers
from schema.calls import LedgerPosition

READY_SECONDS = 120.0
"""So long, with its imports, on a machine that is busy with ten other things."""
LOOK_SECONDS = 0.05


def commands(settings: Settings) -> Mapping[str, Sequence[str]]:
    """Name: command line. The FastAGI workers share a port; phones and web are there where theirs are set."""
    workers = range(1, settings.agi_workers + 1)
    hotline = [sys.executable, "-m", "cli"]
    several = {f"agi{number}": [*hotline, "agi", "--worker", str(number)] for number in workers}
    agi = {"agi": [*hotline, "agi"]} if settings.agi_workers == 1 else several
    phones = {"phones": [*hotline, "phones", "serve"]} if settings.phones_port else {}
    web = {"web": [*hotline, "web"]} if settings.web_port else {}
    return {**agi, "ami": [*hotline, "ami"], **phones, **web}


def afterwards() -> Mapping[str, Sequence[str]]:
    """What is started when calls are served, so that its start takes nothing from the first of them."""
    return {"worker": [sys.executable, "-m", "cli", "worker"]}


def helpers(*, dry_run: bool) -> Mapping[str, Sequence[str]]:
    """What a house has besides: it shuts out who guesses passwords. A lab only tells whom it would."""
    return {"bans": [sys.executable, "-m", "cli", "bans", "watch", *["--dry-run"] * dry_run]}


def log_folder(settings: Settings) -> Path:
    """Where the processes write their logs, one file each."""
    return settings.folder / "log"


def manner(settings: Settings, tell: Callable[[str], None]) -> Manner:
    """Children with these settings; each end that nobody asked for is told."""
    logs = log_folder(settings)

    def ended(name: str, how: str) -> None:
        tell(f"hotline {name} ended ({how}) and is started again; see {logs / f'{name}.log'}")

    return Manner({**os.environ, **settings.environment()}, logs, ended)


def wait_until_at_work(app: App, since: dt.datetime, stopped: Callable[[], bool] = lambda: False) -> None:
    """Return when FastAGI answers and the listener, started after ``since``, writes. Raises HotlineError."""
    until = time.monotonic() + READY_SECONDS
    while missing := _missing(app, since):
        if stopped():
            return
        if time.monotonic() > until:
            raise HotlineError(f"Hotline did not come up: {missing}; see {log_folder(app.settings)}")
        time.sleep(LOOK_SECONDS)


@contextmanager
def at_work(app: App, tell: Callable[[str], None]) -> Iterator[None]:
    """Hotline's processes, at work while the block lasts. Raises HotlineError when they do not come up."""
    since, how = app.clock(), manner(app.settings, tell)
    loop, stop = asyncio.new_event_loop(), asyncio.Event()
    thread = threading.Thread(target=loop.run_forever, name="supervisor")
    thread.start()

    def begin(wanted: Mapping[str, Sequence[str]]) -> Future[None]:
        return asyncio.run_coroutine_threadsafe(supervise(wanted, how, stop), loop)

    running = [begin(commands(app.settings))]
    try:
        wait_until_at_work(app, since)
        running.append(begin(afterwards()))
        yield
    finally:
        loop.call_soon_threadsafe(stop.set)
        wait(running)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def _missing(app: App, since: dt.datetime) -> str:
    """What is not at work yet; nothing when all is."""
    if not _agi_answers(app):
        return "hotline agi does not answer"
    return "" if _listener_follows(app, since) else "hotline ami does not follow Asterisk"


def _agi_answers(app: App) -> bool:
    return answers(app.settings.agi_host, app.settings.agi_port)


def _listener_follows(app: App, since: dt.datetime) -> bool:
    """It has written its places, and Asterisk, where its console can be asked, has it on the line."""
    mine = LedgerPosition.ledger.endswith(f"@{app.settings.system_name}")
    with app.sessions(read_only=True)() as session:
        seen_at = session.scalar(select(func.max(LedgerPosition.seen_at)).where(mine))
    return seen_at is not None and seen_at >= since and _is_connected(app)


def _is_connected(app: App) -> bool:
    console = app.console()
    try:
        return console is None or "hotline" in console.rx("manager show connected")
    except Unreachable:
        return False
