"""One change carried out: the link swapped, Asterisk told, what it took read back, the way back if it did not.

Module by module, the dialplan last: a change that is not taken is found before calls enter it.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from callcenter.errors import ApplyFailed, Unreachable
from callcenter.ports import AsteriskConsole
from dialplan_templates.complaints import LiveLog
from dialplan_templates.durable import put
from dialplan_templates.endpoints import only_endpoints, reload_endpoints
from dialplan_templates.owed import Change, Note
from dialplan_templates.plan import is_ours, stale_stubs
from dialplan_templates.readback import MODULES, Answers, read_back
from dialplan_templates.versions import FAILED, Versions

KEPT = ".before-hotline"
"""Ending of an operator's own file that a stub took the place of."""


class Switch:
    """Brings a checked version into one Asterisk: ``live`` its console, None while it is down, ``log`` its log."""

    def __init__(
        self, versions: Versions, stubs: Mapping[str, str], live: AsteriskConsole | None, log: Path
    ) -> None:
        self._versions = versions
        self._stubs = stubs
        self._live = live
        self._log = log
        self._note = Note(versions)

    def bring(self, change: Change, expected: Answers) -> None:
        """Make ``change.number`` live. The note stays until the caller has written history.

        Raises ApplyFailed with the former version live again.
        """
        before = self._read(change, change.former)
        self._note.write(change)
        self._versions.swap(change.number)
        self.settle(change, expected, before)

    def settle(self, change: Change, expected: Answers, before: Answers | None = None) -> None:
        """Everything after the swap. ``before``: what Asterisk said when the former version was live."""
        written = self._write_stubs()
        if self._live is None:
            return
        log = LiveLog(self._log)
        light = not written and self._light(change, expected, before)
        wrong = self._wrong(self._live, change, expected, log if light else None)
        wrong = wrong or next(iter(log.complaints()), None)
        if wrong:
            self._go_back(change, wrong, written, before)

    def _light(self, change: Change, expected: Answers, before: Answers | None) -> bool:
        """Whether endpoints can be read again alone, and it can be seen when that is done."""
        seen = [command for command in expected if command.startswith("pjsip ")]
        if before is None or all(before.get(command) == expected[command] for command in seen):
            return False
        return only_endpoints(self._versions.files(change.former), self._versions.files(change.number))

    def _wrong(
        self, live: AsteriskConsole, change: Change, expected: Answers, light: LiveLog | None
    ) -> str | None:
        """Reload module by module; the first answer that is not the throw-away Asterisk's.

        ``light``: where complaints are looked for while endpoints are read again alone.
        """
        files = self._versions.files(change.number)

        def differing(name: str) -> str | None:
            answers = read_back(live, [name], files, change.objects).items()
            return next((command for command, answer in answers if expected.get(command) != answer), None)

        try:
            for name in change.modules:
                alone = light if name == "pjsip" else None
                if not (alone and reload_endpoints(live, lambda: not differing("pjsip"), alone)):
                    _reload(live, name)
                if command := differing(name):
                    return f"{command} shows something else"
        except Unreachable as error:
            return str(error)
        return None

    def _go_back(self, change: Change, wrong: str, written: list[str], before: Answers | None) -> None:
        told = f"version {change.number} did not come up as checked: {wrong}"
        if change.former == change.number:
            raise ApplyFailed(f"{told}; restart Asterisk to take it")
        self._versions.swap(change.former)
        self._versions.set_aside(change.number, FAILED)
        if change.former is None:
            self._take_back_stubs(written)
        raise ApplyFailed(f"{told}; {self._former_again(change, before)}")

    def _former_again(self, change: Change, before: Answers | None) -> str:
        """Reload what was live before, and say how that went."""
        assert self._live is not None  # noqa: S101 - only what is up can have refused
        try:
            for name in change.modules:
                _reload(self._live, name)
            again = self._read(change, change.former)
        except Unreachable:
            return "the former files are back, and the next apply reloads them"
        self._note.clear()
        if before is not None and again != before:
            return "the former files are back, but Asterisk has to be restarted to take them"
        number = change.former
        return "nothing is live again" if number is None else f"version {number} is live again"

    def _read(self, change: Change, number: int | None) -> Answers:
        if self._live is None:
            return {}
        return read_back(self._live, change.modules, self._versions.files(number), change.objects)

    def _write_stubs(self) -> list[str]:
        """Put missing stubs in place; what an operator had there is kept beside it, once."""
        stale = stale_stubs(self._versions.etc, self._stubs)
        for name in stale:
            path = self._versions.etc / name
            if path.is_file() and not is_ours(path):
                put(path.with_name(name + KEPT), path.read_text("utf-8", "surrogateescape"))
            put(path, self._stubs[name])
        return stale

    def _take_back_stubs(self, names: list[str]) -> None:
        for name in names:
            path = self._versions.etc / name
            kept = path.with_name(name + KEPT)
            if kept.is_file():
                kept.replace(path)
            else:
                path.unlink()


def _reload(live: AsteriskConsole, name: str) -> None:
    command = MODULES[name].reload
    if command is not None:
        live.rx(command)
