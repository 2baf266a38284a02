"""A running Asterisk with a rendered site, and the applier that changes it."""

from __future__ import annotations

import wave
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from callcenter.asterisk_console import Console
from callcenter.ports import AsteriskConsole
from callcenter.site import Site
from dialplan_templates.apply import Applier
from dialplan_templates.dialplan import DialplanPaths, render_dialplan
from dialplan_templates.render import render
from dialplan_templates.stubs import stubs
from dialplan_templates.versions import Versions
from lab.asterisk_root import ensure
from lab.home import temporary_home
from lab.instance import AsteriskInstance
from lab.throwaway import Throwaway
from tests.dialplan_templates.applying import Told
from tests.dialplan_templates.throwaway import deployment

OWN_DIALPLAN = """
[waiting]
exten => _[a-z].,1,Queue(${EXTEN})
[agents]
exten => 1001,1,Wait(30)
"""


def dialplan(site: Site, token: str = "0123456789012345") -> dict[str, str]:
    """The dialplan of a site whose prompts are all silent, and whose FastAGI is away."""
    paths = DialplanPaths(
        "agi://127.0.0.1:9", f"test-token-{token}", "/nowhere", "/nowhere/part", "/nowhere/spool"
    )
    return render_dialplan(site, paths, lambda name, language: "silence/1")


@dataclass
class Living:
    """One Asterisk, in a network of its own, and what is live in it."""

    instance: AsteriskInstance
    versions: Versions
    texts: Mapping[str, str]
    files: dict[str, str]
    told: Told

    def applier(self, live: AsteriskConsole | None = None) -> Applier:
        """An applier; ``live`` may stand between it and the console."""
        boot = Throwaway(self.instance.program)
        messages = self.instance.log / "messages"
        return Applier(
            self.versions, self.texts, boot, live or Console(self.instance.control), messages, self.told
        )

    def rx(self, command: str) -> str:
        return self.instance.rx(command)

    def changed(self, path: str, old: str, new: str) -> dict[str, str]:
        """The live files with one text exchanged."""
        assert old in self.files[path], (path, old)
        return {**self.files, path: self.files[path].replace(old, new)}

    def apply(self, files: dict[str, str]) -> list[str]:
        """Bring files live; the modules that were reloaded."""
        done = self.applier().apply(files)
        self.files = files
        return done.reloaded


class Meddler:
    """A console that lets somebody meddle just before one command."""

    def __init__(self, control: Path, command: str, meddle: Callable[[], object]) -> None:
        self._console = Console(control)
        self._command = command
        self._meddle = meddle

    def rx(self, command: str) -> str:
        if command == self._command:
            self._meddle()
            self._command = ""
        return self._console.rx(command)


@contextmanager
def living(site: Site) -> Iterator[Living]:
    """An Asterisk on a site, applied while it was down."""
    with temporary_home() as home:
        instance = AsteriskInstance(ensure(print), home, isolated=True)
        instance.prepare()
        where = deployment(home)
        where.music.mkdir()
        with wave.open(str(where.music / "melody.wav"), "wb") as melody:
            melody.setparams((1, 2, 8000, 0, "NONE", ""))
            melody.writeframes(bytes(16000))
        (instance.etc / "operator.d").mkdir()
        (instance.etc / "operator.d/extensions.conf").write_text(OWN_DIALPLAN)
        texts = {name: text for name, text in stubs(where).items() if name != "asterisk.conf"}
        files = {**render(site, where), **dialplan(site), "site.json": ""}
        there = Living(instance, Versions(instance.etc), texts, files, Told())
        boot = Throwaway(instance.program)
        Applier(there.versions, texts, boot, None, instance.log / "messages", there.told).apply(files)
        instance.start()
        try:
            yield there
        finally:
            instance.stop()
