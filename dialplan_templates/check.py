"""A staged version is booted in a throw-away Asterisk before anything live is touched."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from callcenter.errors import ConfigRefused, HotlineError
from callcenter.ports import AsteriskBoot, AsteriskConsole, BootedAsterisk
from dialplan_templates.context import SEAT_OBJECTS
from dialplan_templates.dialplan_check import dialplan_problems, unlisted
from dialplan_templates.owed import Change
from dialplan_templates.plan import stale_stubs
from dialplan_templates.readback import DETAILS, Answers, read_back
from dialplan_templates.versions import FOLDER, LINK, Files, Versions

COMPLAINTS = ("WARNING", "ERROR")
BY_THE_WAY = (
    "WARNING pjproject:",
    "WARNING taskprocessor.c:",
    "WARNING pbx_config.c: users.conf is deprecated",  # Debian's package has one
)
"""Said now and then by a machine that is busy while Asterisk boots, or of an operator's file; never of ours."""
BOARDS = "load = chan_dahdi.so"
"""A board's channels are opened by one Asterisk only, the live one; what it makes of them shows at its start."""
SEATS = tuple(f"pjsip/{kind}-" for kind in SEAT_OBJECTS)


def check(versions: Versions, change: Change, stubs: Mapping[str, str], asterisk: AsteriskBoot) -> Answers:
    """What Asterisk makes of a staged version: command → answer, to be held against the live one.

    Raises ConfigRefused with Asterisk's own words when it complains of anything.
    """
    number, files = change.number, versions.files(change.number)
    with tempfile.TemporaryDirectory(prefix="hotline-check-") as folder:
        etc = Path(folder) / "etc"
        _copy(versions, number, stubs, etc, _known_good(versions.files(change.former), files, change))
        try:
            with asterisk.boot(etc) as console:
                _refuse_complaints(console, files)
                return read_back(console, change.modules, files, change.objects)
        except HotlineError as error:
            raise ConfigRefused(f"version {number} is not taken: {error}") from error


def _refuse_complaints(console: BootedAsterisk, files: Files) -> None:
    lines = [line for line in console.log_lines() if line.startswith(COMPLAINTS)]
    complaints = [line for line in lines if not line.startswith(BY_THE_WAY)]
    if complaints:
        raise ConfigRefused(f"Asterisk says: {' | '.join(complaints[:5])}")
    text = "".join(files[path] for path in sorted(files) if path.startswith("extensions/"))
    if problems := dialplan_problems(text, applications(console, text)):
        raise ConfigRefused(f"the dialplan: {' | '.join(problems[:5])}")


def applications(console: AsteriskConsole, text: str) -> str:
    """The list of them. A busy Asterisk leaves lines of a long list out: what is lacking is asked for by name."""
    listed = console.rx("core show applications")
    asked = {name: console.rx(f"core show application {name}") for name in unlisted(text, listed)}
    return listed + "".join(f"{name}:\n" for name, told in asked.items() if f"'{name}'" in told)


def _known_good(before: Files, after: Files, change: Change) -> set[str]:
    """Unchanged files of seats: they were checked when they were new, and booting 10,000 takes 7 s.

    A changed template changes every seat, and then all are booted again.
    """
    if len(change.objects) > DETAILS:
        return set()
    same = {path: text for path, text in after.items() if path.startswith(SEATS) and before.get(path) == text}
    return {path for path, text in same.items() if not any(f"[{name}]" in text for name in change.objects)}


def _copy(versions: Versions, number: int, stubs: Mapping[str, str], etc: Path, left_out: set[str]) -> None:
    """The configuration folder as it will be: the operator's own files, our stubs, the staged version."""
    staged = versions.path(number)

    def ours(folder: str, names: list[str]) -> set[str]:
        return {LINK, FOLDER} & set(names) if Path(folder) == versions.etc else set()

    shutil.copytree(versions.etc, etc, ignore=ours, ignore_dangling_symlinks=True)
    for name in stale_stubs(etc, stubs):
        (etc / name).write_text(stubs[name], "utf-8")

    def known(folder: str, names: list[str]) -> set[str]:
        return {name for name in names if str(Path(folder, name).relative_to(staged)) in left_out}

    shutil.copytree(staged, etc / LINK, ignore=known)
    modules = etc / LINK / "modules/00-base.conf"
    if modules.is_file():
        modules.write_text(modules.read_text("utf-8").replace(BOARDS, f"; {BOARDS}"), "utf-8")
