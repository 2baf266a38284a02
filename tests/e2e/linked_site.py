"""One of two linked sites, with an Asterisk, a Hotline and a network of its own, and the far end of its trunk.

What starts something is done in the site's own thread, whose network it then has; what is open is used from anywhere.
"""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from sqlalchemy import delete

from ami.agent_commands import follow
from callcenter import site as site_of
from callcenter.agents import seating
from callcenter.calls.page import read_page
from callcenter.settings import Settings
from callcenter.site_file.document import load
from callcenter.site_file.store import save
from cli import Hotline
from lab import sipp
from lab.commands import start
from lab.home import temporary_home
from lab.postgres import PrivatePostgres
from lab.rtp import Ear
from lab.scenario import Agent, Caller, Login
from lab.sipp_events import Event, EventKind
from lab.sipp_messages import Message, messages
from lab.sipp_run import Address, Results, Run
from lab.softphone import Softphone
from schema.calls import Call
from schema.desks import DeskSettings
from schema.peers import LinkedCall
from schema.upgrade import upgrade
from tests.e2e.apart import leave_the_network
from tests.e2e.house import SIP, House
from tests.e2e.process import PROJECT
from tests.e2e.until import until

T = TypeVar("T")


@dataclass(frozen=True)
class Where:
    """A site's addresses: its Asterisk's on the line to the other site, and its carrier's."""

    name: str
    ip: str
    carrier: str
    line: str
    """Its own trunk."""
    link: str
    """The trunk that leads to the other site."""
    tone_hz: int
    """What its carrier says."""


BEIJING = Where("beijing", "10.77.0.1", "10.77.1.1", "line_bj", "to_shanghai", 800)
SHANGHAI = Where("shanghai", "10.77.0.2", "10.77.2.1", "line_sh", "to_beijing", 900)
CARRIER_PORT = 5080
CIRCLE = ("6199", "6299")
"""A number of each site that dials the other."""
SAMPLES = PROJECT / "samples"
ONE_AFTER_THE_OTHER = threading.Lock()
"""Alembic's migrations speak to one database of a process at a time."""


class SiteHouse(House):
    """A whole Hotline at an address of its own."""

    def __init__(self, home: Path, where: Where) -> None:
        self.where = where
        super().__init__(home, commands_at_once=0)

    def use_database(self, url: str | None, server: PrivatePostgres | None = None) -> None:
        """Its own, with the site's address and name."""
        super().use_database(url, server)
        self._settings |= {"sip_host": self.where.ip, "system_name": self.where.name}
        self.app = Hotline(Settings(**self._settings))

    def up(self) -> None:
        """With the sample of this site, whose ports are the tests'."""
        file = self.home / "site.yaml"
        file.write_text(_sample(self.where.name))
        with ONE_AFTER_THE_OTHER:
            upgrade(self.app.engine())
        with self.app.sessions().begin() as session:
            save(session, _with_a_circle(load(file)), "tests", self.app.clock)
        start(self.app, self.asterisk)
        self.start_agi()
        self.start_ami()

    @property
    def sip(self) -> Address:
        return Address(self.where.ip, SIP)


def _with_a_circle(site: site_of.Site) -> site_of.Site:
    """And a number whose flow dials the other site's, whose flow dials this one's."""
    own, other = CIRCLE if site.name == BEIJING.name else CIRCLE[::-1]
    over = {"kind": "outside", "number": other, "trunk": site.peers[0].trunk}
    steps = {
        "over": over | dict.fromkeys(("busy", "no_answer", "unreachable"), "bye"),
        "bye": {"kind": "hangup"},
    }
    flow = {"name": "circle", "title": "circle", "language": "zh", "start": "over", "operator": "over"}
    did = site_of.Did(number=own, title="circle", flow="circle")
    circle = site_of.Flow.model_validate({**flow, "steps": steps})
    return site.model_copy(update={"dids": [*site.dids, did], "flows": [*site.flows, circle]})


def _sample(name: str) -> str:
    text = (SAMPLES / f"two_sites_{name}.yaml").read_text()
    link = 'hosts: ["10.77.0.'
    return "".join(
        line.replace("}", f", port: {SIP}}}") if link in line else line for line in text.splitlines(True)
    )


class Site:
    """One of the two. ``do`` runs something in its network."""

    def __init__(self, where: Where) -> None:
        self.where = where
        self._thread = ThreadPoolExecutor(1)
        self._stack = ExitStack()
        self._left: list[int] = self.do(_leave)
        self.house: SiteHouse

    @property
    def task(self) -> int:
        """The thread, as the kernel counts: its network is this site's."""
        return self._left[0]

    def do(self, what: Callable[[], T]) -> T:
        """In its network."""
        return self._thread.submit(what).result()

    def open(self, prompts: Path) -> None:
        """Start everything of the site; its line is there. What is spoken is made once, in ``prompts``."""

        def begin() -> None:
            self.house = SiteHouse(self._stack.enter_context(temporary_home()), self.where)
            self._stack.callback(self.house.down)
            spoken = self.house.app.settings.prompts
            spoken.parent.mkdir(parents=True, exist_ok=True)
            spoken.symlink_to(prompts)
            self._far = self._stack.enter_context(self._carrier())
            self.house.up()
            self.house.asterisk.rx(f"pjsip qualify {self.where.line}")

        self.do(begin)

    def _carrier(self) -> Run:
        """It is there before anybody asks whether it is."""
        at, toward = Address(self.where.carrier, CARRIER_PORT), self.house.sip
        scenario = Agent(tone_hz=self.where.tone_hz)
        return sipp.start(scenario, toward, self.house.sipp_logs, at=at, seconds=600)

    def close(self) -> None:
        """End it."""
        self.do(self._stack.close)
        self._thread.shutdown()

    @contextmanager
    def phone(self, seat: str, tone_hz: int | None = None) -> Iterator[Softphone]:
        """A seat's phone, signed in."""
        login = Login(seat, self.house.secret(f"seat/{seat}"))
        made = self.do(
            lambda: Softphone(login, self.house.sip, ip=self.where.ip, tone_hz=tone_hz).__enter__()
        )
        try:
            made.register()
            yield made
        finally:
            made.__exit__()

    def carrier(self) -> Carrier:
        """The far end of its own trunk, from now on."""
        return Carrier(self._far)

    def call_in(self, scenario: Caller) -> Run:
        """A call from its carrier."""
        at = Address(self.where.carrier)
        return self.do(lambda: sipp.start(scenario, self.house.sip, self.house.sipp_logs, at=at))

    def call_over(self, scenario: Caller, other: Site) -> Results:
        """A call over the link to the other site that its Asterisk knows nothing of."""
        at, toward = Address(self.where.ip), other.house.sip
        return self.do(lambda: sipp.run(scenario, toward, self.house.sipp_logs, at=at, seconds=20))

    def trunk_is(self, trunk: str, state: str) -> None:
        """Wait until its Asterisk knows it: Avail or Unavail."""
        rx = self.house.asterisk.rx
        until(lambda: state in rx(f"pjsip show aor {trunk}").split(), 20, f"{trunk} is {state}")

    def calls(self, **wanted: object) -> list[Call]:
        """Rows of calls."""
        return self.house.rows(Call, **wanted)

    def ended(self, **wanted: object) -> list[Call]:
        """Calls with these values, once they have ended."""
        return until(lambda: self.calls(state="closed", **wanted), 10, f"ended calls {wanted}")

    def joined(self, call: Call) -> Call:
        """The call here that began elsewhere as ``call``; it has ended."""

        def look() -> list[Call]:
            ids = [row.call_id for row in self.linked(call)]
            return [row for each in ids for row in self.calls(call_id=each, state="closed")]

        return until(look, 10, f"the call that began as {call.call_id}")[0]

    def page(self, call_id: str) -> str:
        """The lines of ``hotline calls show``."""
        with self.house.app.sessions(read_only=True)() as session:
            return "\n".join(f"{line.what} {line.text}" for line in read_page(session, call_id).lines())

    @contextmanager
    def forwards(self, number: str, to: str) -> Iterator[None]:
        """All calls to a number go elsewhere."""
        app = self.house.app
        with app.sessions().begin() as session:
            session.add(DeskSettings(number=number, always=to, changed_at=app.clock(), changed_by="tests"))
        try:
            yield
        finally:
            with app.sessions().begin() as session:
                session.execute(delete(DeskSettings).where(DeskSettings.number == number))

    def linked(self, call: Call) -> list[LinkedCall]:
        """The calls here that began elsewhere as ``call``."""
        return self.house.rows(LinkedCall, joint_id=call.call_id)

    def says(self, call_id: str, text: str) -> None:
        """Wait until its page has it: decisions are kept a little later than the call's end."""
        until(lambda: text in self.page(call_id), 10, f"{text!r} on the page of {call_id}")

    @contextmanager
    def agent(self, agent: str, seat: str) -> Iterator[None]:
        """Somebody sits at a seat, and the queues follow."""
        app = self.house.app
        with app.sessions().begin() as session:
            seating.log_in(session, app.site(), agent, seat, app.clock)
        self.do(lambda: follow(app, f"agent {agent} is at {seat}"))
        try:
            yield
        finally:
            with app.sessions().begin() as session:
                seating.log_out(session, agent, app.clock)
            self.do(lambda: follow(app, f"agent {agent} has gone"))


class Carrier:
    """What a trunk's far end sees from now on."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._before = len(self._all()), len(run.events())

    def ear(self) -> Ear:
        """What it hears in its newest call."""
        return self._run.ear(until(lambda: self._fresh("answered"), 10, "the carrier answers")[-1].call)

    @property
    def shown(self) -> str:
        """Who called it last."""
        return self._fresh("ringing")[-1].details

    def invited(self) -> list[Message]:
        """The calls that came to it."""
        return self._all()[self._before[0] :]

    def _fresh(self, kind: EventKind) -> list[Event]:
        return [event for event in self._run.events()[self._before[1] :] if event.kind == kind]

    def _all(self) -> list[Message]:
        file = self._run.folder / "messages.txt"
        told = messages(file.read_text(errors="replace")) if file.exists() else ()
        return [each for each in told if not each.sent and each.first.startswith("INVITE ")]


def _leave() -> list[int]:
    leave_the_network()
    return [threading.get_native_id()]


def ip(words: str, *more: str) -> None:
    subprocess.run(["ip", *words.split(), *more], check=True, timeout=10)
