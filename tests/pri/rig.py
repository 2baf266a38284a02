"""Hotline with two E1 boards' ports, and two exchanges at their far ends, in a virtual machine.

FastAGI, listener and database run here, on the host; Asterisk with the rendered files runs in the machine. The
first exchange has one E1; the other one the second E1, the phone of the seat, and the carrier on the Internet.
"""

from __future__ import annotations

import json
import re
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
from schema.base import Base
from tests.e2e.console import Console
from tests.e2e.process import HotlineProcess
from tests.e2e.until import until
from tests.pri.manager import Manager

HERE = Path(__file__).parent
SITE = HERE / "site.yaml"
SIP, AMI, AGI, HTTP, RTP = 33060, 33038, 33073, 33088, (53000, 53998)
FAR_SIP = 33070
EXCHANGES = {"exchange": 33039, "town": 33040}
"""Each exchange's manager port; their E1 are the third and the fourth span."""
SPAN_CHANNELS, D_CHANNEL = 31, 16
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
        self.machine = BoardMachine(image, home, {port: port for port in (AMI, *EXCHANGES.values())})
        self.agi = HotlineProcess("agi", home / "agi.log")
        self.ami = HotlineProcess("ami", home / "ami.log")
        self.took: dict[str, float] = {}
        self._console = Console(1)

    def up(self) -> None:
        """Boot the machine, and meanwhile bring Hotline's files to life as an operator does."""
        began = time.monotonic()
        self.guest.mkdir()
        copy(GUEST / "boot.sh", self.guest)
        self.machine.start()
        self._write_hotline()
        self._write_boards()
        for number, name in enumerate(EXCHANGES, start=3):
            self._write_exchange(name, number)
        (self.guest / "go").touch()
        self.agi.start(self._environment())
        self.machine.wait_ready(BOOT_SECONDS)
        self.took["boards made"] = time.monotonic() - began
        self.hotline = Manager(AMI)
        self.exchange, self.town = (Manager(port) for port in EXCHANGES.values())
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

    @contextmanager
    def switched_off(self, exchange: str) -> Iterator[None]:
        """This exchange stands still for the length of the block, and then starts anew."""
        off = self.guest / f"{exchange}-off"
        off.touch()
        manager: Manager = getattr(self, exchange)
        manager.stop()
        try:
            yield
        finally:
            off.unlink()
            setattr(self, exchange, Manager(EXCHANGES[exchange]))

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
        log, spool = self.app.settings.log, self.app.settings.spool
        for folder in (log / "cel-custom", spool / "monitor/.part", spool / "voicemail"):
            folder.mkdir(parents=True, exist_ok=True)

    def _write_boards(self) -> None:
        """What dahdi_cfg reads: the wires, Hotline's rendered file, and the exchanges' ends."""
        rendered = (self.app.settings.etc / "hotline.d/boards/system.conf").read_text()
        spans = len(re.findall("^span=", rendered, re.MULTILINE))
        ends = [
            f"dynamic=loc,{pair}:{end},{SPAN_CHANNELS},0" for end in (0, 1) for pair in range(1, spans + 1)
        ]
        # these spans have no hardware that frames the D channel
        (self.guest / "system.conf").write_text(rendered.replace("\nhardhdlc=", "\ndchan="))
        far = [line for span in range(spans + 1, 2 * spans + 1) for line in far_end(span)]
        (self.guest / "dynamic.conf").write_text("\n".join(ends) + "\n")
        (self.guest / "exchange.conf").write_text("\n".join([*far, "loadzone=cn", "defaultzone=cn"]) + "\n")
        (self.guest / "ports").write_text(
            f"ami_port={AMI}\nagi_port={AGI}\nexchanges='{' '.join(EXCHANGES)}'\n"
        )

    def _write_exchange(self, name: str, span: int) -> None:
        folder, has_sip = self.home / name, name == "town"
        folder.mkdir()
        given = {
            "house": self.home,
            "name": name,
            "ami": EXCHANGES[name],
            "sip": FAR_SIP,
            "sip_modules": (HERE / "exchange/sip_modules.txt").read_text() if has_sip else "",
            "hotline_sip": SIP,
            "voice": voice(span),
            "secret": self.app.secrets("seat/s8001"),
            "entity": f"02:00:00:00:00:0{span}",
        }
        for file in (HERE / "exchange").glob("*.conf"):
            (folder / file.name).write_text(Template(_escaped(file.read_text())).substitute(given))

    def _environment(self) -> Mapping[str, str]:
        return {f"HOTLINE_{name.upper()}": str(value) for name, value in self._settings.items()}


def voice(span: int) -> str:
    """The voice channels of an E1, as ``1-15,17-31``."""
    first = SPAN_CHANNELS * (span - 1) + 1
    d_channel = first + D_CHANNEL - 1
    return f"{first}-{d_channel - 1},{d_channel + 1}-{first + SPAN_CHANNELS - 1}"


def far_end(span: int) -> list[str]:
    """An exchange's E1, for dahdi_cfg."""
    first = SPAN_CHANNELS * (span - 1) + 1
    return [
        f"span={span},0,0,ccs,hdb3,crc4",
        f"bchan={voice(span)}",
        f"dchan={first + D_CHANNEL - 1}",
        f"alaw={first}-{first + SPAN_CHANNELS - 1}",
    ]


def _escaped(text: str) -> str:
    """Asterisk's own ${…} and $[…] are no names of ours."""
    return text.replace("${", "$${").replace("$[", "$$[")
