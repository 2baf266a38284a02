"""Bringing a configuration live, and back: staged, checked, swapped, reloaded, read back.

Killed at any point, the files are entirely the old version or entirely the new one, and a note of
the reload that is still owed lies beside them: ``recover`` settles it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

import structlog

from callcenter.errors import ApplyFailed, ConfigRefused, NotFound
from callcenter.ports import AsteriskBoot, AsteriskConsole
from dialplan_templates import readback
from dialplan_templates.check import check
from dialplan_templates.contexts import carried_contexts
from dialplan_templates.versions import Files, Versions, digest

log = structlog.get_logger()
History = Callable[[int, str, str], None]
"""Keeps (version, state, digest): staged, live, former, refused or failed."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The difference between what is live and what the site asks for."""

    live: int | None
    added: list[str]
    removed: list[str]
    changed: list[str]
    edited: list[str] = field(default_factory=list)
    """Rendered files of the live version that somebody has changed by hand."""
    stubs: list[str] = field(default_factory=list)
    """Stub files that are missing or differ."""

    @property
    def empty(self) -> bool:
        """Nothing to apply."""
        return not (self.added or self.removed or self.changed or self.stubs)

    @property
    def paths(self) -> list[str]:
        """Every file that differs."""
        return [*self.added, *self.removed, *self.changed]


@dataclass(frozen=True, slots=True)
class Applied:
    """What an apply did."""

    number: int
    reloaded: list[str]


class Applier:
    """Carries versions into one Asterisk. ``live`` is its console, None while it is not running."""

    def __init__(
        self,
        versions: Versions,
        stubs: Mapping[str, str],
        asterisk: AsteriskBoot,
        live: AsteriskConsole | None,
        history: History,
    ) -> None:
        self._versions = versions
        self._stubs = stubs
        self._asterisk = asterisk
        self._live = live
        self._history = history

    def plan(self, files: Files) -> Plan:
        """The difference between the live version and ``files``. Changes nothing."""
        number = self._versions.live()
        now = {path: text for path, text in self._versions.files(number).items() if not _carried(path, files)}
        return Plan(
            live=number,
            added=sorted(files.keys() - now.keys()),
            removed=sorted(now.keys() - files.keys()),
            changed=sorted(path for path in files.keys() & now.keys() if files[path] != now[path]),
            edited=self._versions.edited(number),
            stubs=[name for name, text in self._stubs.items() if self._stub(name) != text],
        )

    def apply(self, files: Files, over_edits: bool = False) -> Applied:
        """Make ``files`` live.

        Raises ConfigRefused (nothing was touched) or ApplyFailed (the former version is live again).
        """
        self.recover()
        plan = self.plan(files)
        if plan.edited and not over_edits:
            raise ConfigRefused(
                f"edited by hand: {', '.join(plan.edited)}; move the lines to the _custom file that the stub "
                "includes, or apply with --over-edits (the edited files stay in their version folder)"
            )
        if plan.empty and plan.live is not None and not plan.edited:
            return Applied(plan.live, [])
        whole = {**files, **carried_contexts(self._versions, files, self._live)}
        number = self._versions.stage(whole)
        self._history(number, "staged", digest(whole))
        try:
            return self._carry(number)
        except ConfigRefused:
            self._versions.refuse(number)
            self._history(number, "refused", digest(whole))
            raise

    def live_files(self) -> dict[str, str]:
        """The live version's files as they stand on disk."""
        return self._versions.files(self._versions.live())

    def before_live(self) -> int:
        """The newest version older than the live one. Raises NotFound."""
        live = self._versions.live() or 0
        older = [number for number in self._versions.numbers() if number < live]
        if not older:
            raise NotFound("there is no former version; see hotline history")
        return older[-1]

    def rollback(self, number: int) -> Applied:
        """Make a former version live again, with the same checks."""
        self.recover()
        if number not in self._versions.numbers():
            raise NotFound(f"there is no version {number}; see hotline history")
        return self._carry(number)

    def owed(self) -> list[str]:
        """The modules a killed apply still owes a reload."""
        return self._versions.pending()

    def recover(self) -> list[str]:
        """Settle what a killed apply left: reload and read back whichever version is live."""
        owed = self._versions.pending()
        if owed and self._live is not None:
            log.warning("apply.recovering", modules=owed)
            _reload(self._live, owed)
        self._versions.clear_pending()
        return owed

    def _carry(self, number: int) -> Applied:
        former = self._versions.live()
        before, after = self._versions.files(former), self._versions.files(number)
        modules = readback.modules_of(_differing(before, after))
        changed = readback.changed_sections(before, after, "pjsip")
        expected = check(self._versions, number, self._stubs, changed, self._asterisk)
        self._write_stubs()
        self._versions.mark_pending(modules)
        self._versions.swap(number)
        if self._live is not None:
            self._reload_and_verify(number, former, modules, changed, expected)
        self._versions.clear_pending()
        if former is not None and former != number:
            self._history(former, "former", digest(before))
        self._history(number, "live", digest(after))
        return Applied(number, modules)

    def _reload_and_verify(
        self, number: int, former: int | None, modules: list[str], changed: set[str], expected: dict[str, str]
    ) -> None:
        assert self._live is not None  # noqa: S101 - the caller has looked
        _reload(self._live, modules)
        found = readback.read_back(self._live, modules, self._versions.files(number), changed)
        wrong = [command for command, answer in found.items() if expected.get(command) != answer]
        if not wrong:
            return
        self._history(number, "failed", digest(self._versions.files(number)))
        if former is not None:
            self._versions.swap(former)
            _reload(self._live, modules)
        self._versions.clear_pending()
        raise ApplyFailed(
            f"version {number} did not come up as checked ({', '.join(wrong[:3])}); "
            f"version {former} is live again; hotline doctor looks closer"
        )

    def _stub(self, name: str) -> str | None:
        path = self._versions.etc / name
        return path.read_text("utf-8") if path.is_file() else None

    def _write_stubs(self) -> None:
        for name, text in self._stubs.items():
            if self._stub(name) != text:
                self._versions.write_stub(name, text)


def _reload(console: AsteriskConsole, modules: Iterable[str]) -> None:
    for name in modules:
        command = readback.MODULES[name].reload
        if command is not None:
            console.rx(command)


def _differing(before: Files, after: Files) -> list[str]:
    return [path for path in before.keys() | after.keys() if before.get(path) != after.get(path)]


def _carried(path: str, files: Files) -> bool:
    """A call context kept from a former version is no difference."""
    return path.startswith("extensions/call-") and path not in files
