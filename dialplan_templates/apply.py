"""Bringing a configuration live, and back: staged, checked, swapped, reloaded, read back.

Killed at any point, the files are entirely the old version or entirely the new one, and a note of
what is still owed lies beside them: ``recover``, and the next apply, settle it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

import structlog

from callcenter.collecting import no_collection
from callcenter.errors import ApplyFailed, ConfigRefused, HotlineError, NotFound, Unreachable
from callcenter.ports import AsteriskBoot, AsteriskConsole
from dialplan_templates import plan as planning
from dialplan_templates.check import check
from dialplan_templates.contexts import carried_contexts, own_files
from dialplan_templates.durable import only_one
from dialplan_templates.owed import Change, Note, change
from dialplan_templates.plan import Plan, lost_queues
from dialplan_templates.readback import MODULES
from dialplan_templates.stubs import AT_START
from dialplan_templates.switch import Switch
from dialplan_templates.versions import FAILED, REFUSED, Files, Versions, digest

log = structlog.get_logger()
LOCK = ".lock"
ANNOUNCE = "module reload dsp"
"""Reads one small file, and Asterisk sends the event Reload, which not every other reload does: who keeps the site in
memory reads it again, whatever part of it is another."""


class Record(Protocol):
    """Where it is written what became of each version (``history.History``)."""

    def staged(self, number: int, digest: str, note: str | None) -> None:
        """A version lies on disk, to be checked."""
        ...

    def ended(self, number: int, state: str) -> None:
        """A version was refused, or failed."""
        ...

    def went_live(self, number: int, site_json: str) -> None:
        """A version is live; the one before it is not any more. Saying it twice changes nothing."""
        ...


@dataclass(frozen=True, slots=True)
class Applied:
    """What an apply did."""

    number: int
    reloaded: list[str] = field(default_factory=list)
    restart: list[str] = field(default_factory=list)
    """What Asterisk takes at its next start only."""
    running: bool = True
    """False: there was no Asterisk to reload; it reads the version when it starts."""


class Applier:
    """Carries versions into one Asterisk: ``live`` is its console, None while it is down, ``log`` its log file."""

    def __init__(
        self,
        versions: Versions,
        stubs: Mapping[str, str],
        asterisk: AsteriskBoot,
        live: AsteriskConsole | None,
        log: Path,
        record: Record,
    ) -> None:
        self._versions = versions
        self._stubs = stubs
        self._asterisk = asterisk
        self._live = live
        self._record = record
        self._note = Note(versions)
        self._switch = Switch(versions, stubs, live, log)

    def plan(self, files: Files) -> Plan:
        """The difference between the live version and ``files``. Changes nothing."""
        return planning.plan(self._versions, self._stubs, files)

    @no_collection()
    def apply(self, files: Files, over_edits: bool = False, take_over: bool = False) -> Applied:
        """Make ``files`` live. ``take_over``: replace files that are not Hotline's, keeping copies of them.

        Raises ConfigRefused (nothing was touched) or ApplyFailed (the former version is live again).
        """
        with self._alone():
            found = self.plan(files)
            if found.edited and not over_edits:
                raise ConfigRefused(
                    f"edited by hand: {', '.join(found.edited)}; move the lines to operator.d, "
                    "or apply with --over-edits (the edited files stay in their version folder)"
                )
            if found.foreign and not take_over:
                raise ConfigRefused(
                    f"not written by Hotline: {', '.join(found.foreign)} in {self._versions.etc}; apply with "
                    "--take-over keeps each as NAME.before-hotline; put what you still need into operator.d"
                )
            if AT_START in found.stubs and self._live is not None:
                raise ConfigRefused(
                    f"Asterisk reads {AT_START} at its start only: stop it, apply, and start it"
                )
            if found.empty and found.live is not None:
                return Applied(found.live)
            return self._bring(files, None)

    def rollback(self, number: int | None = None) -> Applied:
        """Make a former version's files live again as a new version, with the same checks.

        ``number`` None: the one that was live before. Raises NotFound besides what apply raises.
        """
        with self._alone():
            number = self._before_live() if number is None else number
            if number not in self._versions.numbers():
                raise NotFound(f"there is no version {number} that was live; see hotline history")
            if edited := self._versions.edited(number):
                raise ConfigRefused(f"version {number} was edited by hand: {', '.join(edited)}")
            files = own_files(self._versions.files(number))
            live = self._versions.live()
            if live is not None and self.plan(files).empty:
                return Applied(live)
            return self._bring(files, f"version {number} again")

    def recover(self) -> list[str]:
        """Settle what a killed apply left. Gives the modules whose reload was owed."""
        with self._locked():
            return self._settle()

    def owed(self) -> list[str]:
        """The modules a killed apply still owes a reload."""
        owed = self._note.read()
        return owed.modules if owed else []

    def live_files(self) -> dict[str, str]:
        """The live version's files as they stand on disk."""
        self._versions.look_again()
        return self._versions.files(self._versions.live())

    @contextmanager
    def _alone(self) -> Iterator[None]:
        with self._locked():
            self._settle()
            yield

    @contextmanager
    def _locked(self) -> Iterator[None]:
        try:
            with only_one(self._versions.folder / LOCK):
                self._versions.look_again()
                yield
        except OSError as error:
            raise HotlineError(f"{error.filename or self._versions.etc}: {error.strerror}") from error

    def _before_live(self) -> int:
        live = self._versions.live() or 0
        older = [number for number in self._versions.numbers() if number < live]
        if not older:
            raise NotFound("there is no former version; see hotline history")
        return older[-1]

    def _settle(self) -> list[str]:
        """Finish a killed apply with the version that the link leads to, and set its leavings aside."""
        owed, number = self._note.read(), self._versions.live()
        if owed is not None and number is not None:
            log.warning("apply.recovering", version=number, modules=owed.modules)
            former = owed.former if number == owed.number else number
            self._finish(replace(owed, number=number, former=former))
        self._note.clear()
        for left in self._versions.numbers():
            if left > (number or 0):
                self._versions.set_aside(left, FAILED)
                self._record.ended(left, FAILED)
        return owed.modules if owed else []

    def _finish(self, change: Change) -> None:
        expected = self._check(change) if self._live is not None else {}
        try:
            self._switch.settle(change, expected)
        except ApplyFailed:
            self._record.ended(change.number, FAILED)
            raise
        self._tell_live(change.number)

    def _bring(self, files: Files, note: str | None) -> Applied:
        former = self._versions.live()
        now = self._versions.files(former)
        self._refuse_lost_callers(now, files)
        whole = {**files, **carried_contexts(now, files, self._live)}
        number = self._versions.stage(whole)
        self._record.staged(number, digest(whole), note)
        try:
            found = change(self._versions, former, number)
            expected = self._check(found)
            self._refuse_lost_callers(now, files)
        except ConfigRefused:
            self._versions.set_aside(number, REFUSED)
            self._record.ended(number, REFUSED)
            raise
        self._carry(found, expected)
        if self._live is None:
            return Applied(number, running=False)
        reloaded = [name for name in found.modules if MODULES[name].reload is not None]
        return Applied(number, reloaded, _restart(found))

    def _carry(self, change: Change, expected: dict[str, str]) -> None:
        try:
            self._switch.bring(change, expected)
        except ApplyFailed:
            self._record.ended(change.number, FAILED)
            raise
        self._tell_live(change.number)
        self._note.clear()

    def _tell_live(self, number: int) -> None:
        self._record.went_live(number, self._versions.files(number).get("site.json", ""))
        if self._live is not None:
            with suppress(Unreachable):  # who follows an Asterisk that comes up reads the site then
                self._live.rx(ANNOUNCE)

    def _check(self, change: Change) -> dict[str, str]:
        return check(self._versions, change, self._stubs, self._asterisk)

    def _refuse_lost_callers(self, now: Files, files: Files) -> None:
        """A removed queue forgets its callers for ever: they are heard by nobody until they hang up."""
        for name in lost_queues(now, files) if self._live is not None else ():
            assert self._live is not None  # noqa: S101 - just looked
            if callers := planning.callers_in(self._live.rx(f"queue show {name}")):
                raise ConfigRefused(
                    f"queue {name} has {callers} waiting: lead new calls elsewhere first, "
                    "apply, and remove it when it has run empty"
                )


def _restart(change: Change) -> list[str]:
    at_start = [name for name in change.objects if name == "system" or name.startswith("transport-")]
    return [*(name for name in change.modules if MODULES[name].reload is None), *at_start]
