"""What a running Asterisk has really loaded, module by module, as comparable text.

A reload never fails and its answer proves nothing (a bad option keeps the old object and says
"reloaded successfully"), so what is live is read back and held against what the throw-away
Asterisk read from the same files.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from callcenter.ports import AsteriskConsole
from dialplan_templates.versions import Files

DETAILS = 100
"""Changed objects read back one by one; beyond that their names are compared."""
_SECTION = re.compile(r"^\[([^\]]+)\]", re.MULTILINE)
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


@dataclass(frozen=True, slots=True)
class Module:
    """How one folder of a version is reloaded, and how to see what came of it."""

    reload: str | None
    read: Callable[[AsteriskConsole, Files, set[str]], dict[str, str]]


def modules_of(paths: Iterable[str]) -> list[str]:
    """The modules that files belong to, in the order they are reloaded."""
    touched = {path.partition("/")[0] for path in paths if "/" in path}
    return [name for name in MODULES if name in touched]


def read_back(
    console: AsteriskConsole, modules: Iterable[str], files: Files, changed: set[str]
) -> dict[str, str]:
    """Command: normalised answer, for every module named. ``changed``: objects worth a closer look."""
    found: dict[str, str] = {}
    for name in modules:
        found |= MODULES[name].read(console, files, changed)
    return found


def changed_sections(before: Files, after: Files, module: str) -> set[str]:
    """Names of the sections whose text differs between two versions of a module."""
    old, new = _sections(before, module), _sections(after, module)
    return {name for name in new.keys() | old.keys() if old.get(name) != new.get(name)}


def _sections(files: Files, module: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for path, text in files.items():
        if path.startswith(f"{module}/"):
            pieces = _SECTION.split(text)
            for name, body in zip(pieces[1::2], pieces[2::2], strict=True):
                found[name] = found.get(name, "") + body
    return found


def _plain(*commands: str) -> Callable[[AsteriskConsole, Files, set[str]], dict[str, str]]:
    def read(console: AsteriskConsole, files: Files, changed: set[str]) -> dict[str, str]:
        return {command: _clean(console.rx(command)) for command in commands}

    return read


def _read_pjsip(console: AsteriskConsole, files: Files, changed: set[str]) -> dict[str, str]:
    found = {
        f"pjsip show {kind}": _names(console.rx(f"pjsip show {kind}"), word)
        for kind, word in (("endpoints", "Endpoint"), ("auths", "I?O?Auth"), ("identifies", "Identify"))
    }
    for name in sorted(changed)[:DETAILS]:
        command = f"pjsip show endpoint {name}"
        answer = console.rx(command)
        found[command] = "\n".join(re.findall(r"^ [a-z0-9_]+ +: .*$", _clean(answer), re.MULTILINE))
    return found


def _read_extensions(console: AsteriskConsole, files: Files, changed: set[str]) -> dict[str, str]:
    contexts = _sections(files, "extensions")
    answers = {f"dialplan show {name}": console.rx(f"dialplan show {name}") for name in contexts}
    return {command: _clean(answer) for command, answer in answers.items()}


def _read_queues(console: AsteriskConsole, files: Files, changed: set[str]) -> dict[str, str]:
    lines = re.findall(
        r"^(\S+) has \d+ calls \(max (\S+)\) in '(\S+)' strategy.* W:(\d+)",
        _clean(console.rx("queue show")),
        re.MULTILINE,
    )
    return {"queue show": "\n".join(" ".join(line) for line in sorted(lines))}


def _names(answer: str, word: str) -> str:
    found = re.findall(rf"^ *{word}: +([^\s/]+)", _clean(answer), re.MULTILINE)
    return "\n".join(sorted(set(found) - {"<Endpoint", "<I", "<Identify"}))


def _clean(answer: str) -> str:
    return "\n".join(line.rstrip() for line in _COLOUR.sub("", answer).splitlines()).strip()


MODULES: Mapping[str, Module] = {
    "logger": Module("logger reload", _plain()),
    "manager": Module("module reload manager", _plain("manager show users")),
    "http": Module("module reload http", _plain("http show status")),
    "indications": Module("module reload indications", _plain("indication show cn")),
    "features": Module("module reload features", _plain("features show")),
    "rtp": Module("module reload res_rtp_asterisk.so", _plain("rtp show settings")),
    "cel": Module("module reload cel", _plain("cel show status")),
    "cel_custom": Module("module reload cel_custom.so", _plain()),
    "musiconhold": Module("moh reload", _plain("moh show classes")),
    "voicemail": Module("voicemail reload", _plain("voicemail show users")),
    "queues": Module("queue reload all", _read_queues),
    "pjsip": Module("module reload res_pjsip.so", _read_pjsip),
    "extensions": Module("dialplan reload", _read_extensions),
}
"""By folder name, in the order of reload: what a dialplan leads to stands before it."""
