"""A staged version is booted in a throw-away Asterisk before anything live is touched."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from callcenter.errors import ConfigRefused, Unreachable
from callcenter.ports import AsteriskBoot, BootedAsterisk
from dialplan_templates.readback import MODULES, read_back
from dialplan_templates.versions import FOLDER, LINK, Versions

COMPLAINTS = ("WARNING", "ERROR")


def check(
    versions: Versions, number: int, stubs: Mapping[str, str], changed: set[str], asterisk: AsteriskBoot
) -> dict[str, str]:
    """What Asterisk makes of a staged version: command → answer, to be held against the live one.

    Raises ConfigRefused with Asterisk's own words when it complains of anything.
    """
    files = versions.files(number)
    with tempfile.TemporaryDirectory(prefix="hotline-check-") as folder:
        etc = Path(folder)
        _copy(versions, number, stubs, etc)
        etc.chmod(0o755)
        try:
            with asterisk.boot(etc) as console:
                _refuse_complaints(console, number)
                return read_back(console, MODULES, files, changed)
        except Unreachable as error:
            raise ConfigRefused(f"version {number} is not taken: {error}") from error


def _refuse_complaints(console: BootedAsterisk, number: int) -> None:
    complaints = [line for line in console.log_lines() if line.startswith(COMPLAINTS)]
    if complaints:
        raise ConfigRefused(f"version {number} is not taken: Asterisk says: {' | '.join(complaints[:5])}")


def _copy(versions: Versions, number: int, stubs: Mapping[str, str], etc: Path) -> None:
    """The configuration folder as it will be: the operator's own files, our stubs, the staged version."""
    for path in versions.etc.iterdir() if versions.etc.is_dir() else ():
        if path.name not in (LINK, FOLDER):
            (shutil.copytree if path.is_dir() else shutil.copy)(path, etc / path.name)
    for name, text in stubs.items():
        (etc / name).write_text(text, "utf-8")
    shutil.copytree(versions.path(number), etc / LINK)
