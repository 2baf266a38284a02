"""An applier on a folder of its own, and what it tells of each version."""

from __future__ import annotations

from pathlib import Path

from dialplan_templates.apply import Applier
from dialplan_templates.versions import Files, Versions
from tests.dialplan_templates.folder_asterisk import FolderAsterisk

STUBS = {"queues.conf": "; Hotline's settings are rendered into hotline.d/\n", "udptl.conf": "; Empty\n"}


def small(queue: str = "sales", seat: str = "one", call: str = "11111111") -> dict[str, str]:
    """A version of a few files."""
    return {
        "queues/00-base.conf": "[general]\n",
        "queues/10-queues.conf": f"[{queue}]\nmaxlen = 9\n",
        "pjsip/00-base.conf": "[seat](!)\ntype = endpoint\n",
        "pjsip/endpoints-00.conf": f"[{seat}](seat)\naors = {seat}\n",
        "extensions/00-entry.conf": f"[hotline_in]\nexten => s,1,Goto(call_{call},start,1)\n",
        f"extensions/call-{call}.conf": f"[call_{call}]\nexten => start,1,Answer()\n",
        "site.json": "",
    }


class Told:
    """Keeps what becomes of each version (``apply.Record``)."""

    def __init__(self) -> None:
        self.states: dict[int, str] = {}

    def staged(self, number: int, digest: str, note: str | None) -> None:
        self.states[number] = "staged"

    def ended(self, number: int, state: str) -> None:
        self.states[number] = state

    def went_live(self, number: int, site_json: str) -> None:
        self.states = {known: "former" if state == "live" else state for known, state in self.states.items()}
        self.states[number] = "live"


class Place:
    """A configuration folder, an Asterisk that has read it, and the applier between them."""

    def __init__(self, home: Path) -> None:
        self.etc = home / "etc"
        self.etc.mkdir(parents=True, exist_ok=True)
        self.versions = Versions(self.etc)
        self.asterisk = FolderAsterisk(self.etc, home / "memory")
        self.told = Told()
        self.log = home / "messages"

    def applier(self, up: bool = True) -> Applier:
        live = self.asterisk if up else None
        return Applier(self.versions, STUBS, self.asterisk, live, self.log, self.told)

    def apply(self, files: Files) -> int:
        return self.applier().apply(files).number

    def take_over(self, files: Files) -> int:
        """Apply over files that are somebody else's."""
        return self.applier().apply(files, take_over=True).number

    def whole(self) -> dict[str, str]:
        """The live version's files, seen to be exactly those of its manifest."""
        number = self.versions.live()
        assert self.versions.edited(number) == []
        return self.versions.files(number)

    def loaded(self) -> dict[str, str]:
        """What Asterisk has read last, of all folders."""
        return {path: text for files in self.asterisk.loaded.values() for path, text in files.items()}
