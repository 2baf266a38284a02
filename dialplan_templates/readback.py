"""What a running Asterisk has really loaded, module by module, as comparable text.

A reload never fails and its answer proves nothing (a bad option keeps the old object and says
"reloaded successfully"), so what is live is read back and held against what the throw-away
Asterisk read from the same files.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from callcenter.ports import AsteriskConsole
from dialplan_templates.sections import Section, sections
from dialplan_templates.versions import Files

DETAILS = 100
"""Changed objects read back one by one; where there are more, every name is compared too."""
SIP_TYPES = ("endpoint", "auth", "aor", "identify", "registration")
SIP_LISTINGS = ("pjsip list endpoints", "pjsip list auths", "pjsip list aors", "pjsip list identifies")

Answers = dict[str, str]
"""Console command: what it says, without what changes from one moment to the next."""


@dataclass(frozen=True, slots=True)
class Module:
    """How one folder of a version is reloaded, and how to see what came of it."""

    reload: str | None
    """None: it is read at Asterisk's start only."""
    read: Callable[[AsteriskConsole, Files, Iterable[str]], Answers]


def modules_of(paths: Iterable[str]) -> list[str]:
    """The modules that files belong to, in the order they are reloaded."""
    touched = {path.partition("/")[0] for path in paths if "/" in path}
    return [name for name in MODULES if name in touched]


def read_back(
    console: AsteriskConsole, modules: Iterable[str], files: Files, objects: Iterable[str]
) -> Answers:
    """Command: answer, for every module named. ``objects``: SIP objects worth a closer look."""
    found: Answers = {}
    for name in modules:
        found |= MODULES[name].read(console, files, objects)
    return found


def changed_sections(before: Files, after: Files, module: str) -> set[str]:
    """Names of the sections that differ between two versions, and of those that inherit from them."""
    paths = {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}
    old, new = (sections({p: files[p] for p in paths & files.keys()}, module) for files in (before, after))
    changed = {name for name in new.keys() | old.keys() if old.get(name) != new.get(name)}
    if any("!" in found[name].parents for found in (old, new) for name in changed & found.keys()):
        changed |= _heirs(changed, sections(after, module))
    return changed


def _heirs(changed: set[str], known: Mapping[str, Section]) -> set[str]:
    found: set[str] = set()
    while more := {name for name, section in known.items() if section.parents & (changed | found)} - found:
        found |= more
    return found


def _as_said(*commands: str, without: str = "") -> Callable[[AsteriskConsole, Files, Iterable[str]], Answers]:
    """Read the whole answers; ``without`` matches what changes by itself."""

    def read(console: AsteriskConsole, files: Files, objects: Iterable[str]) -> Answers:
        return {command: _clean(console.rx(command), without) for command in commands}

    return read


def _read_pjsip(console: AsteriskConsole, files: Files, objects: Iterable[str]) -> Answers:
    names = sorted(objects)
    listings = SIP_LISTINGS if len(names) > DETAILS else ()
    found = {command: _names(console.rx(command)) for command in listings}
    for name in names[:DETAILS]:
        for kind in SIP_TYPES:
            command = f"pjsip show {kind} {name}"
            found[command] = _parameters(console.rx(command))
    return found


def _parameters(answer: str) -> str:
    """A digest of an object's parameters, for a password is one of them; nothing for no object.

    Where phones may sign in (``max_contacts``) the contacts are theirs, and come and go.
    """
    lines = re.findall(r"^ [a-z0-9_]+ +: .*$", _clean(answer), re.IGNORECASE | re.MULTILINE)
    if any(re.match(r" max_contacts +: [1-9]", line) for line in lines):
        lines = [line for line in lines if not line.startswith(" contact ")]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest() if lines else ""


def _names(listing: str) -> str:
    found = re.findall(r"^ *(?:Endpoint|Auth|Aor|Identify): +([^\s/<]+)", _clean(listing), re.MULTILINE)
    return "\n".join(sorted(found))


def _read_extensions(console: AsteriskConsole, files: Files, objects: Iterable[str]) -> Answers:
    commands = [f"dialplan show {name}" for name in sections(files, "extensions")]
    return {command: _clean(console.rx(command)) for command in commands}


def _read_queues(console: AsteriskConsole, files: Files, objects: Iterable[str]) -> Answers:
    """Only these parameters of a queue can be seen; the log tells of the others (``complaints.py``).

    No console command and no manager action shows a queue's timeout, retry, wrap-up time, music
    or announcements. A bad value of those that are a choice is logged; a bad number is not, and goes unseen.
    """
    lines = re.findall(
        r"^(\S+) has \d+ calls \(max (\S+)\) in '(\S+)' strategy.* W:(\d+).* within (\d+)s",
        _clean(console.rx("queue show")),
        re.MULTILINE,
    )
    return {"queue show": "\n".join(" ".join(line) for line in sorted(lines))}


def _read_rooms(console: AsteriskConsole, files: Files, objects: Iterable[str]) -> Answers:
    rooms = [name for name in sections(files, "confbridge") if name.startswith("hl_room_")]
    lists = ("confbridge show profile users", "confbridge show menus")
    return _as_said(*lists, *(f"confbridge show profile bridge {name}" for name in rooms))(
        console, files, objects
    )


def _read_indications(console: AsteriskConsole, files: Files, objects: Iterable[str]) -> Answers:
    names = [name for name in sections(files, "indications") if name != "general"]
    return _as_said("indication show", *(f"indication show {name}" for name in names))(
        console, files, objects
    )


def _clean(answer: str, without: str = "") -> str:
    kept = re.sub(without, "", answer, flags=re.MULTILINE) if without else answer
    return "\n".join(line.rstrip() for line in kept.splitlines()).strip()


MODULES: Mapping[str, Module] = {
    "modules": Module(None, _as_said()),
    "boards": Module(None, _as_said()),
    "logger": Module("logger reload", _as_said()),
    "manager": Module(
        "module reload manager", _as_said("manager show settings", "manager show user hotline")
    ),
    "http": Module("module reload http", _as_said("http show status")),
    "indications": Module("module reload indications", _read_indications),
    "features": Module("module reload features", _as_said("features show")),
    "rtp": Module("module reload res_rtp_asterisk.so", _as_said("rtp show settings")),
    "cel": Module("module reload cel", _as_said("cel show status")),
    "cel_custom": Module("module reload cel_custom.so", _as_said()),
    "cdr": Module("module reload cdr", _as_said("cdr show status")),
    "musiconhold": Module("moh reload", _as_said("moh show classes")),
    "voicemail": Module("voicemail reload", _as_said("voicemail show users", without=r" +\d+$")),
    "queuerules": Module("queue reload rules", _as_said("queue show rules")),
    "confbridge": Module("module reload app_confbridge.so", _read_rooms),
    "queues": Module("queue reload all", _read_queues),
    "pjsip": Module("module reload res_pjsip.so", _read_pjsip),
    "extensions": Module("dialplan reload", _read_extensions),
}
"""By folder name, in the order of reload: what a dialplan leads to stands before it."""
