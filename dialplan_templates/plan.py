"""The difference between what is live and what is wanted. Looking changes nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from dialplan_templates.owed import Note, touched
from dialplan_templates.sections import sections
from dialplan_templates.stubs import EMPTY, EMPTY_TEXT, LIVE, MARK
from dialplan_templates.versions import Files, Versions

CALLS = "extensions/call-"
"""Files of call contexts; those of former versions are carried along while calls are in them."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The difference between what is live and what the site asks for."""

    live: int | None
    added: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    edited: list[str] = field(default_factory=list)
    """Rendered files of the live version that somebody has changed by hand."""
    stubs: list[str] = field(default_factory=list)
    """Stub files that are missing or differ."""
    foreign: list[str] = field(default_factory=list)
    """Files in the place of a stub that are somebody else's."""
    owed: list[str] = field(default_factory=list)
    """Modules that a killed apply has not reloaded."""

    @property
    def empty(self) -> bool:
        """Nothing to apply."""
        return not (self.paths or self.edited or self.stubs or self.owed)

    @property
    def paths(self) -> list[str]:
        """Every file that differs."""
        return [*self.added, *self.removed, *self.changed]


def plan(versions: Versions, stubs: Mapping[str, str], files: Files) -> Plan:
    """The difference between the live version and ``files``."""
    versions.look_again()
    live = versions.live()
    edited = versions.edited(live)
    found = versions.files(live).items()
    now = {path: text for path, text in found if path in files or not path.startswith(CALLS)}
    owed = Note(versions).read()
    return Plan(
        live=live,
        added=sorted(files.keys() - now.keys()),
        removed=sorted(now.keys() - files.keys()),
        changed=sorted(touched(now, files) & now.keys() & files.keys()),
        edited=edited,
        stubs=stale_stubs(versions.etc, stubs),
        foreign=foreign_files(versions.etc, stubs),
        owed=owed.modules if owed else [],
    )


def stale_stubs(etc: Path, stubs: Mapping[str, str]) -> list[str]:
    """Stubs to be written. A file that only has to be there is left as the operator has it."""
    return [name for name, text in stubs.items() if not _stands(etc / name, text, any_text=name in EMPTY)]


def foreign_files(etc: Path, stubs: Mapping[str, str]) -> list[str]:
    """Files that a stub would replace though Hotline never wrote them."""
    return [name for name in stale_stubs(etc, stubs) if (etc / name).is_file() and not is_ours(etc / name)]


def lost_queues(before: Files, after: Files) -> list[str]:
    """Queues that are there no more."""
    return sorted(sections(before, "queues").keys() - sections(after, "queues").keys())


def callers_in(queue_show: str) -> str:
    """How many wait in the queue that ``queue show NAME`` tells of, as "2 callers"; nothing for none."""
    found = re.search(r" has ([1-9]\d*) calls ", queue_show)
    return "" if found is None else "1 caller" if found[1] == "1" else f"{found[1]} callers"


def is_ours(path: Path) -> bool:
    """A stub of some Hotline's, older ones included."""
    text = path.read_text("utf-8", "surrogateescape")
    return text.startswith((MARK, EMPTY_TEXT)) or f"#include {LIVE}/" in text


def _stands(path: Path, text: str, any_text: bool) -> bool:
    return path.is_file() and (any_text or path.read_text("utf-8", "surrogateescape") == text)
