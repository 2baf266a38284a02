"""An Asterisk for the applier that only reads folders: what it has loaded, and what its console says of it.

Its memory is a file, so that it outlives a killed apply as the real one does.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from callcenter.errors import Unreachable
from dialplan_templates.apply import ANNOUNCE
from dialplan_templates.endpoints import ENDPOINTS, RELOAD
from dialplan_templates.readback import MODULES
from dialplan_templates.sections import sections

APPLICATIONS = """
    Answer: Answer
    Goto: Goto
    Queue: Queue
"""
WORDS = {"dialplan": "extensions", "indication": "indications", "moh": "musiconhold"}
"""Commands that are not called after the folder they tell of."""


class FolderAsterisk:
    """Reads ``etc/hotline.d`` when told to. ``refuses``: folders it keeps as they were."""

    def __init__(self, etc: Path, memory: Path) -> None:
        self.etc = etc
        self.memory = memory
        self.refuses: set[str] = set()
        self.channels = ""
        self.waiting: dict[str, int] = {}
        self.gone = False
        self.announced = 0
        if not memory.exists():
            self._keep({})

    @property
    def loaded(self) -> dict[str, dict[str, str]]:
        """Folder: its files as they were read last."""
        return dict(json.loads(self.memory.read_text()))

    def read(self, *folders: str) -> None:
        """Load these folders of the live version, all when none is named."""
        root = self.etc / "hotline.d"
        fresh = {name: _texts(root, name) for name in folders or MODULES if name not in self.refuses}
        self._keep(self.loaded | fresh)

    def _read_endpoints(self) -> None:
        """Load seats' endpoints of the live version, and nothing else of SIP."""
        if "pjsip" in self.refuses:
            return
        others = {path: text for path, text in self.loaded["pjsip"].items() if not path.startswith(ENDPOINTS)}
        fresh = _texts(self.etc / "hotline.d", "pjsip").items()
        ends = {path: text for path, text in fresh if path.startswith(ENDPOINTS)}
        self._keep(self.loaded | {"pjsip": others | ends})

    def rx(self, command: str) -> str:
        """One console command."""
        if self.gone:
            raise Unreachable("no Asterisk answers")
        for name, module in MODULES.items():
            if command == module.reload:
                self.read(name)
                return "reloaded"
        if command == RELOAD:
            self._read_endpoints()
            return "reloaded"
        if command == ANNOUNCE:
            self.announced += 1
            return "reloaded"
        if command == "core show applications":
            return APPLICATIONS
        if command.startswith("core show channels"):
            return self.channels
        if command.startswith("queue show"):
            return self._queues()
        return self._told(command)

    def log_lines(self) -> list[str]:
        """It never complains."""
        return []

    @contextmanager
    def boot(self, etc: Path) -> Iterator[FolderAsterisk]:
        """A throw-away one on a copy."""
        booted = FolderAsterisk(etc, etc.parent / "memory")
        booted.read()
        yield booted

    def _queues(self) -> str:
        lines = ""
        for name in sections(self.loaded.get("queues", {}), "queues"):
            lines += (
                f"{name} has {self.waiting.get(name, 0)} calls (max 9) in 'x' strategy (0s), W:0, within 9s\n"
            )
        return lines

    def _told(self, command: str) -> str:
        word, *_, name = command.split()
        folder = WORDS.get(word, word)
        found = self.loaded.get(folder, {})
        if folder == "pjsip":
            known = sections(found, folder).get(name)
            found = {"object": known.body} if known and "endpoint" in command else {}
        return f" digest : {hashlib.sha256(json.dumps(found, sort_keys=True).encode()).hexdigest()}"

    def _keep(self, loaded: dict[str, dict[str, str]]) -> None:
        fresh = self.memory.with_suffix(".new")
        fresh.write_text(json.dumps(loaded))
        fresh.replace(self.memory)


def _texts(root: Path, folder: str) -> dict[str, str]:
    paths = sorted((root / folder).glob("*")) if root.exists() else []
    return {f"{folder}/{path.name}": path.read_text() for path in paths if not re.match(r"\.", path.name)}
