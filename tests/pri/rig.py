"""Hotline with two E1 boards' ports, and two exchanges at their far ends, in a virtual machine.

FastAGI, listener and database run here, on the host; Asterisk with the rendered files runs in the machine. The
first exchange has one E1; the other one the second E1, the phone of the seat, and the carrier on the Internet.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from shutil import copy
from string import Template
from typing import Any

from sqlalchemy import select

from callcenter.settings import Settings
from cli import Hotline
from dialplan_templates.context import Directories
from dialplan_templates.stubs import asterisk_conf
from lab.pri.image import GUEST, Image
from lab.pri.machine import BoardMachine
from lab.pri.saved import ensure_saved
from schema.base import Base
from tests.e2e.console import Console
from tests.e2e.process import HotlineProcess
from tests.e2e.until import until
from tests.pri.manager import Manager
from tests.pri.spans import LINES, analog_end, e1_end, far_office_lines, far_telephones, far_voice, wire

HERE = Path(__file__).parent
SITE = HERE / "site.yaml"
SIP, AMI, AGI, HTTP, RTP = 33060, 33038, 33073, 33088, (53000, 53998)
FAR_SIP = 33070
EXCHANGES = {"exchange": 33039, "town": 33040}
"""Each exchange's manager port. The first has the far ends of our first E1 and of all analog lines, the second that of
our second E1."""
BOOT_SECONDS = 180.0


class Rig:
    """``up`` and ``down``; in between ``exchange``, ``town`` and ``hotline`` are the managers of the three."""

    def __init__(self, image: Image, home: Path) -> None:
        self.home = home
        self.guest = home / "guest"
        self._settings: dict[str, Any] = {
            "home": home / "hotline",
            "sip_port": SIP,
            "ami_port": AMI,
            "agi_port": AGI,
            "http_port": HTTP,
            "rtp_first": RTP[0],
            "rtp_last": RTP[1],
            "system_name": "pri",
        }
        self.app = Hotline(Settings(**self._settings))
        ports = {port: port for port in (AMI, *EXCHANGES.values())}
        self.machine = BoardMachine(image, home, ports, ensure_saved(image, print))
        self.agi = HotlineProcess("agi", home / "agi.log")
        self.ami = HotlineProcess("ami", home / "ami.log")
        self.took: dict[str, float] = {}
        self._console = Console(1)
        self._is_right = False

    def up(self) -> None:
        """Make the boards and the exchanges, and meanwhile bring Hotline's files to life as an operator does."""
        began = time.monotonic()
        self.guest.mkdir()
        copy(GUEST / "boot.sh", self.guest)
        self.machine.start()
        self._serve_exchanges()
        self._write_hotline()
        self.agi.start(self._environment())
        self.machine.do("configure system")
        self.machine.do(f"serve hotline {self.app.settings.etc}/asterisk.conf")
        self.took["Hotline's files are there"] = time.monotonic() - began
        self.exchange, self.town = (self._manager(name, port) for name, port in EXCHANGES.items())
        self.hotline = self._manager("hotline", AMI)
        self.ami.start(self._environment())
        until(
            lambda: "hotline" in self.hotline.run("manager show connected"), 60, "the listener is connected"
        )
        self.took["ready for calls"] = time.monotonic() - began

    def down(self) -> None:
        """End everything."""
        for manager in ("hotline", "exchange", "town"):
            if hasattr(self, manager):
                getattr(self, manager).close()
        self.machine.stop()
        self.ami.stop()
        self.agi.stop()
        self._console.close()

    def run(self, *words: str) -> str:
        """A Hotline command; gives what it printed. It must succeed."""
        done = self._console.run(self._settings, words)
        assert done.code == 0, f"hotline {' '.join(words)}: {done.output}{done.error}"
        return done.output

    def told(self, *words: str) -> Any:
        """What a Hotline command says with ``--json``."""
        return json.loads(self.run(*words, "--json"))

    def rows(self, table: type[Base], **wanted: object) -> list[Any]:
        """Rows with these values, in the order of their keys."""
        query = select(table).filter_by(**wanted).order_by(*table.__table__.primary_key)
        with self.app.sessions(read_only=True)() as session:
            return list(session.scalars(query))

    def cut_second(self) -> None:
        """Take the far end's cable out of the second E1, which nobody serves."""
        self.machine.do("take_away far_end")

    def put_second_right(self) -> None:
        """Lay the second E1's wire anew, and have it served."""
        if not self._is_right:
            for order in ("configure far_end", "configure town"):
                self.machine.do(order)
            self.town.module("load", "chan_dahdi.so")
            self._is_right = True

    @contextmanager
    def switched_off(self, exchange: Manager) -> Iterator[None]:
        """Nobody serves this exchange's E1 for the length of the block."""
        exchange.module("unload", "chan_dahdi.so")
        try:
            yield
        finally:
            exchange.module("load", "chan_dahdi.so")

    def _manager(self, name: str, port: int) -> Manager:
        self.machine.wait_for(f"{name} is up", BOOT_SECONDS)
        return Manager(port)

    def _serve_exchanges(self) -> None:
        """The spans and their wires, and the exchanges; nobody serves the second E1 yet, whose wire is bad."""
        self._write_boards()
        for line, name in enumerate(EXCHANGES, start=1):
            self._write_exchange(name, line)
        self.machine.move_in(BOOT_SECONDS)
        for order in (
            "configure wires",
            "take_away our_end",
            "configure our_unheard_end",
            "configure exchange",
        ):
            self.machine.do(order)
        for name in EXCHANGES:
            self.machine.do(f"serve {name} {self.home}/{name}/asterisk.conf")

    def _write_hotline(self) -> None:
        """Site, files and prompts by Hotline's own commands; only where Asterisk's own folders are is the machine's."""
        etc = self.app.settings.etc
        self.run("db", "upgrade")
        self.run("site", "load", str(SITE))
        self.run("apply")
        operator = etc / "operator.d"
        operator.mkdir(exist_ok=True)
        (operator / "manager.conf").write_text("[lab]\nsecret = lab\nread = \nwrite = all\n")
        state = Path("/run/hotline")
        own = replace(
            self.app.deployment().directories,
            modules=Path("/usr/lib/x86_64-linux-gnu/asterisk/modules"),
            data=Path("/usr/share/asterisk"),
            state=state,
            run=state,
        )
        assert isinstance(own, Directories)
        where = replace(self.app.deployment(), directories=own, opus_module=None)
        (etc / "asterisk.conf").write_text(asterisk_conf(where))
        # these spans have no hardware that frames the D channel
        rendered = (etc / "hotline.d/boards/system.conf").read_text()
        (self.guest / "system.conf").write_text(rendered.replace("\nhardhdlc=", "\ndchan="))
        log, spool = self.app.settings.log, self.app.settings.spool
        for folder in (log / "cel-custom", spool / "monitor/.part", spool / "voicemail"):
            folder.mkdir(parents=True, exist_ok=True)

    def _write_boards(self) -> None:
        """What dahdi_cfg reads but Hotline's rendered file: the wires, our ends first, and the exchanges' ends."""
        files = {
            "wires": [wire(line, end) for end in (0, 1) for line in range(1, len(LINES) + 1)],
            "our_end": [wire(2, 0)],
            "our_unheard_end": [wire(2, 0, hears=1)],
            "far_end": [wire(2, 1)],
            "exchange": [*e1_end(1), *analog_end(3)],
            "town": e1_end(2),
        }
        for name, text in files.items():
            (self.guest / f"{name}.conf").write_text("\n".join(text) + "\n")
        (self.guest / "ports").write_text(f"ami_port={AMI}\nagi_port={AGI}\n")

    def _write_exchange(self, name: str, line: int) -> None:
        folder, has_sip = self.home / name, name == "town"
        folder.mkdir()
        given = {
            "house": self.home,
            "name": name,
            "ami": EXCHANGES[name],
            "sip": FAR_SIP,
            "sip_modules": (HERE / "exchange/sip_modules.txt").read_text() if has_sip else "",
            "board_module": "" if has_sip else "load = chan_dahdi.so",
            "hotline_sip": SIP,
            "voice": far_voice(line),
            "office_lines": far_office_lines(3),
            "telephones": far_telephones(3),
            "secret": self.app.secrets("seat/s8001"),
            "entity": f"02:00:00:00:00:0{line}",
        }
        analog = (HERE / "exchange/analog.txt").read_text() if not has_sip else ""
        given["analog"] = Template(analog).substitute(given)
        for file in (HERE / "exchange").glob("*.conf"):
            (folder / file.name).write_text(Template(_escaped(file.read_text())).substitute(given))

    def _environment(self) -> Mapping[str, str]:
        return {f"HOTLINE_{name.upper()}": str(value) for name, value in self._settings.items()}


def _escaped(text: str) -> str:
    """Asterisk's own ${…} and $[…] are no names of ours."""
    return text.replace("${", "$${").replace("$[", "$$[")
