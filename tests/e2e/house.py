"""A whole Hotline at work: private Asterisk, FastAGI, listener, worker and database, below one temporary home.

Everything is done with Hotline's own commands.
"""

from __future__ import annotations

import csv
import fcntl
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import select

from callcenter.agents import seating as agents
from callcenter.ledger_format import CEL_COLUMNS, CEL_FILE
from callcenter.queues.virtual_hold import place_of
from callcenter.settings import Settings
from cli import Hotline
from lab.asterisk_root import ensure
from lab.commands import start
from lab.instance import AsteriskInstance
from lab.postgres import PrivatePostgres
from lab.sipp_run import Address
from schema.base import Base
from schema.calls import Call
from tests.e2e.console import Console, Said
from tests.e2e.process import PROJECT, HotlineProcess
from tests.e2e.site_waiting import write_sounds
from tests.e2e.telephony_site import site
from tests.e2e.until import until
from tests.outreach.post_office import open_office
from tests.outreach.sms_gateway import open_gateway
from tests.sounds import give_sounds
from web.api.keys import RIGHTS

SIP, AMI, AGI, HTTP, SMTP, RTP = 32060, 32038, 32073, 32088, 32025, (52000, 52998)
SIP_TLS, WSS, WEB, SMS = 32062, 32063, 32092, 32027
LOCK = Path("/tmp/hotline-e2e.lock")
BOOT_SECONDS = 60.0
COLUMNS = list(CEL_COLUMNS)
HTTP_SECONDS = 60.0
PROGRAM = "crm"
"""Has a key of the HTTP interface."""


@dataclass(frozen=True)
class Fallback:
    """A caller was taken over by the static menu: when (seconds since 1970), and which flow's."""

    at: float
    flow: str


class House:
    """Start with ``up``, end with ``down``. It is on the embedded database at first."""

    def __init__(self, home: Path, *, commands_at_once: int = 3) -> None:
        self.home = home
        self.sipp_logs = home / "sipp"
        self.sipp_logs.mkdir()
        self.use_database(None)
        here = self.app.settings
        self.asterisk = AsteriskInstance(ensure(print), here.etc.parent, name=here.system_name)
        self.agi = HotlineProcess("agi", home / "agi.log")
        self.ami = HotlineProcess("ami", home / "ami.log")
        self.worker = HotlineProcess("worker", home / "worker.log")
        self.web = HotlineProcess("web", home / "web.log")
        self._web_key = ""
        self._web_turn = threading.Lock()
        self._programs = httpx.Client(timeout=HTTP_SECONDS)
        self._former: dict[str, set[str]] = {}
        self._open = ExitStack()
        self._console = Console(commands_at_once)
        self._open.callback(self._console.close)
        self._open.callback(self._programs.close)

    # ── starting and ending ──────────────────────────────────────────────────

    def use_database(self, url: str | None, server: PrivatePostgres | None = None) -> None:
        """Hotline's commands and processes use this database from their next start on; None: the embedded."""
        self.postgres = server
        self._settings: dict[str, Any] = {
            "home": self.home / "hotline",
            "sip_port": SIP,
            "sip_tls_port": SIP_TLS,
            "ami_port": AMI,
            "agi_port": AGI,
            "http_port": HTTP,
            "wss_port": WSS,
            "web_port": WEB,
            "rtp_first": RTP[0],
            "rtp_last": RTP[1],
            "smtp_host": "127.0.0.1",
            "smtp_port": SMTP,
            "mail_from": "hotline@example.com",
            "sms_url": f"http://127.0.0.1:{SMS}/send",
            "web_url": f"http://127.0.0.1:{WEB}",
            "system_name": "e2e",
            **({"database_url": url} if url else {}),
        }
        self.app = Hotline(Settings(**self._settings))
        self._reading = self.app.sessions(read_only=True)

    def up(self) -> None:
        """Database, site, Asterisk, FastAGI, listener and worker, in a newcomer's order."""
        self.office = self._open.enter_context(open_office(SMTP))[0]
        self.letters = self.office.letters
        self.messages = self._open.enter_context(open_gateway(SMS)).posted
        give_sounds(self.app.settings.prompts)
        self.load(site())
        start(self.app, self.asterisk)
        self.start_agi()
        self.start_ami()
        self.start_worker()

    def down(self) -> None:
        """End everything."""
        self.web.stop()
        self.worker.stop()
        self.ami.stop()
        self.agi.stop()
        self.asterisk.stop()
        self._open.close()

    def restart_processes(self) -> None:
        """FastAGI, the listener and the worker, with the settings as they are now."""
        self.worker.stop()
        self.ami.stop()
        self.agi.stop()
        self.start_agi()
        self.start_ami()
        self.start_worker()

    def load(self, text: str) -> None:
        """Make this the site in the database."""
        file = self.home / "site.yaml"
        file.write_text(text)
        write_sounds(self.home)
        self.run("db", "upgrade")
        self.run("site", "load", str(file))

    def publish(self, text: str) -> None:
        """Bring a changed site to callers."""
        self.load(text)
        self.run("apply")

    def start_agi(self) -> None:
        """Start FastAGI; returns when it takes calls."""
        self.agi.start(self._environment())
        until(partial(_can_connect, AGI), BOOT_SECONDS, "FastAGI listens")

    def start_ami(self) -> None:
        """Start the listener; returns when Asterisk knows it."""
        self.ami.start(self._environment())
        until(self.is_followed, BOOT_SECONDS, "the listener is connected")

    def start_worker(self) -> None:
        """Start the worker; returns when it is at work."""
        before = self.worker.log.stat().st_size if self.worker.log.exists() else 0
        self.worker.start(self._environment())
        until(lambda: self.worker.logged("worker.at_work", before), BOOT_SECONDS, "the worker is at work")

    def asks(self, method: str, path: str, body: object = None) -> httpx.Response:
        """What the HTTP interface answers to a program whose key has every right."""
        self.serve_web()
        return self._programs.request(
            method,
            f"http://127.0.0.1:{WEB}/api/v1{path}",
            json=body,
            headers={"Authorization": f"Bearer {self._web_key}"},
        )

    def serve_web(self) -> None:
        """Survey pages and the HTTP interface, from the first case that needs them on."""
        with self._web_turn:
            if not self.web.is_running:
                self.web.start(self._environment())
                until(partial(_can_connect, WEB), BOOT_SECONDS, "the HTTP interface listens")
                rights = [word for right in RIGHTS for word in ("--right", right)]
                self._web_key = self.run("keys", "add", PROGRAM, *rights).splitlines()[-1]

    def is_followed(self) -> bool:
        """Whether a listener is logged in at the manager interface."""
        connected = self.asterisk.rx("manager show connected").count("hotline")
        return connected > self.web.has_line_to(AMI)

    def run(self, *words: str) -> str:
        """A Hotline command; gives what it printed. It must succeed."""
        done = self._console.run(self._settings, words)
        assert done.code == 0, f"hotline {' '.join(words)}: {done.output}{done.error}"
        return done.output

    def refused(self, *words: str) -> str:
        """A Hotline command that must fail; gives what it said."""
        done = self._console.run(self._settings, words)
        assert done.code != 0, f"hotline {' '.join(words)} should have failed: {done.output}"
        return done.error

    def send_home(self, agent: str) -> None:
        """Log the agent out; the listener may have done so, when the phone was switched off first."""
        done = self._console.run(self._settings, ("agents", "logout", agent))
        assert done.code == 0 or "is not logged in" in done.error, done.error

    def meanwhile(self, *words: str) -> Future[Said]:
        """A Hotline command that goes on while others are carried out."""
        return self._console.begin(self._settings, words)

    def begin(self, *words: str) -> subprocess.Popen[str]:
        """A Hotline command as a process of its own, which may be killed."""
        return subprocess.Popen(
            [sys.executable, "-c", "from cli import main; main()", *words],
            cwd=PROJECT,
            env={**os.environ, **self._environment(), "PYTHONPATH": str(PROJECT)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def seat_crowd(self, seats: Mapping[str, str]) -> None:
        """Log many agents in, by number and seat. The last one's command lets the queues follow for all."""
        *most, (last, its_seat) = seats.items()
        site_now = self.app.site()
        with self.app.sessions().begin() as session:
            for agent, seat in most:
                agents.log_in(session, site_now, agent, seat, self.app.clock)
        self.run("agents", "login", last, "--seat", its_seat)

    def unseat_crowd(self, seats: Mapping[str, str]) -> None:
        """Log them out again."""
        *most, last = seats
        with self.app.sessions().begin() as session:
            for agent in most:
                agents.log_out(session, agent, self.app.clock)
        self.run("agents", "logout", last)

    # ── what is known of calls ───────────────────────────────────────────────

    @property
    def sip(self) -> Address:
        return Address("127.0.0.1", SIP)

    def secret(self, name: str) -> str:
        """A generated secret, as of ``seat/s8001``."""
        return self.app.secrets(name)

    def rows(self, table: type[Base], **wanted: object) -> list[Any]:
        """Rows with these values, in the order of their keys."""
        query = select(table).filter_by(**wanted).order_by(*table.__table__.primary_key)
        with self._reading() as session:
            return list(session.scalars(query))

    def begin_with(self, numbers: Iterable[str]) -> None:
        """Whoever calls from these numbers begins anew: their former calls are those of another case."""
        self._former |= {
            number: {call.call_id for call in self.rows(Call, caller=number)} for number in numbers
        }

    def calls_of(self, number: str, **wanted: object) -> list[Any]:
        """The call rows of a caller of the case in hand, with these values; not those in which they were rung."""
        former = self._former.get(number, ())
        found = self.rows(Call, caller=number, **wanted)
        return [call for call in found if call.call_id not in former and place_of(call.call_id) is None]

    def ledger(self, **wanted: str) -> list[dict[str, str]]:
        """Lines of the CEL ledger with these values; none before the house's first call."""
        kept = self.asterisk.log / "cel-custom" / CEL_FILE
        if not kept.exists():
            return []
        asked = [(COLUMNS.index(name), value) for name, value in wanted.items()]
        with kept.open(newline="", errors="replace") as file:
            return [
                dict(zip(COLUMNS, values, strict=False))
                for values in csv.reader(file)
                if all(values[at : at + 1] == [value] for at, value in asked)
            ]

    def fallbacks(self, caller: str) -> list[Fallback]:
        """When the static menu took this caller."""
        lines = self.ledger(user_event="HL_FALLBACK", caller=caller)
        return [Fallback(float(line["eventtime"]), line["extra"]) for line in lines]

    def began(self, caller: str) -> float:
        """When this caller's channel was made, in seconds since 1970."""
        lines = until(
            lambda: self.ledger(eventtype="CHAN_START", caller=caller), 10, f"a channel of caller {caller}"
        )
        return float(lines[0]["eventtime"])

    def _environment(self) -> dict[str, str]:
        return {f"HOTLINE_{name.upper()}": str(value) for name, value in self._settings.items()}


def _can_connect(port: int) -> bool:
    with socket.socket() as line:
        return line.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Nobody else on this machine runs these tests, whose ports are fixed, at the same time."""
    with LOCK.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def now() -> float:
    """Seconds since 1970, the ledger's clock."""
    return time.time()
